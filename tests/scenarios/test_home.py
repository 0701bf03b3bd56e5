"""The bot's own page, on a platform that has one."""

from collections.abc import Sequence

from playhouse import House

from copbot.domain.heard import HomeOpened
from copbot.domain.message import Message
from copbot.domain.place import Person
from copbot_room.model import ROOM


class Pages:
    """What everybody's page shows now."""

    def __init__(self) -> None:
        self.shown: dict[str, Sequence[Message]] = {}

    async def show(self, person: Person, page: Sequence[Message]) -> None:
        self.shown[person.id] = page

    def text(self, who: str) -> str:
        """All of a person's page."""
        return "\n\n".join(part.text for part in self.shown[who])

    def labels(self, who: str) -> list[str]:
        """All buttons of a person's page."""
        return [button.label for part in self.shown[who] for button in part.buttons]


async def opened(house: House, who: str) -> Pages:
    """The pages, once this person has opened theirs."""
    pages = Pages()
    house.room.home = pages
    await house.bot.hear(HomeOpened(house.clock.now(), Person(ROOM, who)))
    return pages


async def test_a_stranger_is_told_what_this_is(house: House) -> None:
    pages = await opened(house, "zoe")
    assert "We have not met yet" in pages.text("zoe")


async def test_a_host_sees_drafts_then_the_chat_then_its_panel(house: House) -> None:
    await house.cop("sally", "schedule set=resnetslt-2018-01-thinking-together date=2018-01-31 time=19:30")
    pages = await opened(house, "sally")
    assert "waits for you" in pages.text("sally")
    assert "Confirm" in pages.labels("sally")
    await house.press("sally", "draft-confirm")
    assert "waits for you" not in pages.text("sally"), "what Sally did shows on her page at once"
    assert "which you host" in pages.text("sally")
    await house.until("2018-01-31 19:36")
    pages = await opened(house, "sally")
    assert "Next: Q2" in pages.labels("sally")


async def test_a_member_sees_what_comes_and_their_switches_and_no_panel(live: House) -> None:
    await live.cop("tom", "upcoming")
    pages = await opened(live, "tom")
    assert "What I keep about you" in pages.text("tom")
    assert "Stop noting when I post" in pages.labels("tom"), (
        "the notice stands in the channel since the chat began, as /cop privacy says there"
    )
    assert not any(label.startswith("Next") for label in pages.labels("tom"))
    await live.cop("tom", "privacy quote=no-name")
    assert "Quote me by name" in pages.labels("tom"), "a switch that was changed offers its next state"


async def test_without_a_chat_the_switches_are_those_before_any_notice(house: House) -> None:
    await house.cop("tom", "upcoming")
    pages = await opened(house, "tom")
    assert "Note when I post" in pages.labels("tom")
