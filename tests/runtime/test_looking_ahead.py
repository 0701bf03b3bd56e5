"""Ten minutes before a chat its hosts hear what is missing where it will be held."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import cast

import pytest
from background import Background
from playhouse import BACKSTAGE, House, Open

from copbot.domain.place import Place
from copbot.domain.step import Outgoing
from copbot.errors import TryLater
from copbot.ports.platform import Finding, Platform
from copbot.runtime.looking_ahead import LookingAhead

LACKING = Finding("copbot lacks the permission *Send Messages*", "In #slt: allow it.")
NOTE = (
    "Not everything is in place for **Thinking together: what makes Communities of Practice work?**:\n\n"
    "- copbot lacks the permission \\*Send Messages\\*. In #slt: allow it.\n\nThe chat goes on as well as it can without."
)


class Asked:
    """What a platform says of a channel; as an exception, what it raises."""

    name = "room"

    def __init__(self, answer: Sequence[Finding] | Exception) -> None:
        self._answer = answer
        self.times = 0

    async def check(self, place: Place) -> Sequence[Finding]:
        """Of the chat's own channel."""
        assert place.channel == "resnetslt"
        self.times += 1
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def looking(house: House, asked: Asked) -> LookingAhead:
    return LookingAhead(house.store, house.content, {"room": cast("Platform", asked)}, house.clock, Random(1))


async def with_panel(open_house: Open) -> tuple[House, list[Outgoing]]:
    """The house when the panel is there, and the rows of its chat."""
    house = await open_house("2018-01-28 12:00")
    await house.schedule()
    await house.until("2018-01-31 19:21")
    id = (await house.chat()).id
    return house, await house.store.read(lambda uow: uow.outbox.of(id))


async def test_what_is_missing_is_told_once(open_house: Open) -> None:
    house, rows = await with_panel(open_house)
    assert not [text for text in house.texts(BACKSTAGE) if "in place" in text]
    asked = Asked([LACKING])
    for _ in range(2):
        await looking(house, asked).at_chats_of(rows)
    await house.bot.turn()
    assert [text.strip() for text in house.texts(BACKSTAGE) if "in place" in text] == [NOTE]
    assert asked.times == 2


async def test_rows_of_other_kinds_are_no_reason_to_look(open_house: Open) -> None:
    house, rows = await with_panel(open_house)
    asked = Asked([LACKING])
    await looking(house, asked).at_chats_of([row for row in rows if row.purpose != "panel"])
    assert asked.times == 0


@pytest.mark.parametrize("error", [TryLater("room", "not now", timedelta(seconds=5)), TimeoutError(), ValueError("an adapter's own fault")])
async def test_a_platform_that_does_not_say_it_holds_nothing_up(open_house: Open, error: Exception) -> None:
    house, rows = await with_panel(open_house)
    await looking(house, Asked(error)).at_chats_of(rows)
    await house.until("2018-01-31 19:36")
    assert house.asked() == ["Q1"]
    assert not [text for text in house.texts(BACKSTAGE) if "in place" in text]


async def test_the_bot_at_work_looks_beside_what_it_does(open_house: Open) -> None:
    house, rows = await with_panel(open_house)
    ahead, background = looking(house, Asked([LACKING])), Background()
    ahead.soon(rows)
    background.run(ahead.run())
    id = (await house.chat()).id
    async with asyncio.timeout(10):
        while not [row for row in await house.store.read(lambda uow: uow.outbox.of(id)) if row.purpose == "not-ready"]:  # noqa: ASYNC110 - the table does not say when it changes
            await asyncio.sleep(0.005)
    await background.stopped()
    await house.bot.turn()
    assert [text.strip() for text in house.texts(BACKSTAGE) if "in place" in text] == [NOTE]
