"""What people were promised about their privacy, seen from the room."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from playhouse import CHANNEL, House, Open

from copbot.domain.follow_up import FollowUpState
from copbot.domain.heard import Left
from copbot.domain.place import Person, Place
from copbot.domain.step import Fate
from copbot.ports.store import UnitOfWork
from copbot.store import tables

PHONE, NUMBER = "the ward's phone is 07700 900123", "and she is NHS 943 476 5919"
MARIA = Person("room", "maria")


def _maria(uow: UnitOfWork) -> int:
    return uow.members.by_person("ResNetSLT", [MARIA])[MARIA].id


async def said(house: House) -> list[str | None]:
    return [response.text for response in await house.responses()]


async def reflections(house: House) -> list[str]:
    return [one.text for one in await house.store.read(lambda uow: uow.follow_ups.reflections(_maria(uow)))]


async def mail(house: House, purpose: str = "follow_up") -> list[tuple[Fate, str]]:
    """The fate and the words of the bot's private messages of that purpose."""
    query = sa.select(tables.outbox.c.fate, tables.outbox.c.message).where(tables.outbox.c.purpose == purpose).order_by(tables.outbox.c.id)
    return [(fate, message.text) for fate, message in await house.store.query(lambda connection: connection.execute(query).all())]


async def asked_to_reflect(house: House) -> None:
    """Maria took part, asked for reflections and has the first question before her."""
    await house.until("2018-01-31 19:36")
    await house.room.people.say("maria", CHANNEL, "Taking part", house.thread("Q1"))
    await house.cop("maria", "reflect on")
    await house.until("2018-02-02 08:00")


async def test_follow_up_off_ends_them_as_reflect_off_does(live: House) -> None:
    await asked_to_reflect(live)
    told = await live.cop("maria", "privacy follow-up=off")
    assert "No questions will come after chats any more" in told
    await live.room.people.say("maria", "@maria", "Too late for this one")
    await live.bot.turn()
    assert await reflections(live) == []
    before = len(live.room.people.private("maria"))
    await live.until("2018-04-15 12:00")
    assert len(live.room.people.private("maria")) == before
    states = {one.state for one in await live.store.read(lambda uow: uow.follow_ups.of_member(_maria(uow)))}
    assert states == {FollowUpState.STOPPED}


async def test_follow_up_off_calls_back_what_is_on_its_way(live: House) -> None:
    await asked_to_reflect(live)
    lane = "room:@maria"
    await live.store.write(lambda uow: uow.outbox.hold(lane, live.clock.now() + timedelta(hours=1)))
    await live.press("maria", "reflect-skip")
    assert (await mail(live))[-1][0] is Fate.PENDING
    await live.cop("maria", "privacy follow-up=off")
    assert (await mail(live))[-1][0] is Fate.CANCELLED


async def test_not_identifiable_is_believed_of_the_version_asked_about(live: House) -> None:
    await live.until("2018-01-31 19:36")
    message = await live.room.people.say("maria", CHANNEL, PHONE, live.thread("Q1"))
    await live.after(5 / 60)
    await live.press("maria", "identifier-fine")
    assert await said(live) == [PHONE]
    await live.room.people.edit("maria", message, NUMBER)
    await live.after(5 / 60)
    assert await said(live) == [None]
    await live.bot.reconcile()
    assert await said(live) == [None]
    await live.press("maria", "identifier-fine")
    assert await said(live) == [NUMBER]


@pytest.mark.parametrize("activity", ["on", "off"])
async def test_only_the_author_takes_a_message_off_the_record(live: House, activity: str) -> None:
    """Whoever's message it is, and whatever is stored of it, the refusal says the same."""
    await live.until("2018-01-31 19:36")
    await live.cop("tom", f"privacy activity={activity}")
    toms = await live.room.people.say("tom", CHANNEL, "Mine to take back", live.thread("Q1"))
    before = await said(live)
    refusals = set()
    for message in (toms, live.thread("Q1")):
        await live.room.people.use_shortcut("maria", message, "off-record")
        refusals.add(live.room.people.told("maria")[-1].text)
    assert refusals == {"That message is somebody else's: only they can take it off the record."}
    assert await said(live) == before
    await live.room.people.use_shortcut("tom", toms, "off-record")
    assert await said(live) == []


async def test_a_private_notice_counts_once_it_was_sent(live: House) -> None:
    await live.until("2018-01-31 19:36")
    await live.store.write(lambda uow: uow.outbox.hold("room:@maria", live.clock.now() + timedelta(minutes=2)))
    await live.room.people.say("maria", CHANNEL, "Hello", live.thread("Q1"))
    await live.bot.turn()
    member = await live.store.read(lambda uow: uow.members.get(_maria(uow)))
    assert member is not None
    assert member.noticed_at is None
    await live.after(3)
    member = await live.store.read(lambda uow: uow.members.get(_maria(uow)))
    assert member is not None
    assert member.noticed_at is not None
    assert [fate for fate, _ in await mail(live, "notice")] == [Fate.SENT]


async def test_deleting_reflections_leaves_no_commitment_in_what_was_sent(live: House) -> None:
    await live.until("2018-01-31 20:25")
    await live.room.people.say("maria", CHANNEL, "Ten minutes at the end", live.thread("Take-away"))
    await live.cop("maria", "reflect on")
    await live.cop("maria", "try Ask one other service")
    await live.until("2018-02-14 12:31")
    assert any("Ask one other service" in text for _, text in await mail(live))
    await live.cop("maria", "reflections")
    await live.press("maria", "reflections-delete")
    await live.press("maria", "reflections-delete-sure")
    assert [text for _, text in await mail(live)] == ["…"]
    await live.room.people.say("maria", "@maria", "It went well")
    await live.bot.turn()
    assert await reflections(live) == ["It went well"]


async def test_a_reflection_follows_the_message_that_it_was(live: House) -> None:
    await asked_to_reflect(live)
    message = await live.room.people.say("maria", "@maria", "Something private")
    await live.bot.turn()
    await live.room.people.edit("maria", message, "Something else")
    assert await reflections(live) == ["Something else"]
    await live.room.people.edit("maria", message, NUMBER)
    await live.bot.turn()
    assert await reflections(live) == [""]
    assert "leave that out" in "".join(entry.text for entry in live.room.people.private("maria"))
    assert "943 476" not in (await live.cop("maria", "reflections"))
    await live.room.people.edit("maria", message, "Somebody I know")
    assert await reflections(live) == ["Somebody I know"]
    await live.room.people.remove("maria", message)
    assert await reflections(live) == []


async def test_a_reflection_can_be_taken_off_the_record(live: House) -> None:
    await asked_to_reflect(live)
    message = await live.room.people.say("maria", "@maria", "Something private")
    await live.room.people.use_shortcut("maria", message, "off-record")
    assert await reflections(live) == []


async def test_reflections_are_kept_for_three_years(live: House) -> None:
    await asked_to_reflect(live)
    await live.room.people.say("maria", "@maria", "Something private")
    await live.cop("maria", "try Ask one other service")
    await live.until("2021-01-31 12:00")
    assert await reflections(live) == ["Something private"]
    await live.until("2021-02-04 12:00")
    assert await reflections(live) == []
    assert await live.store.read(lambda uow: uow.follow_ups.commitments(_maria(uow))) == []
    assert await mail(live) == []


async def test_who_left_is_forgotten_after_thirty_days_and_may_come_back(live: House) -> None:
    await live.until("2018-01-31 19:36")
    await live.room.people.say("maria", CHANNEL, "For a while", live.thread("Q1"))
    await live.bot.hear(Left(live.clock.now(), Place("room", CHANNEL), MARIA))
    await live.until("2018-03-01 12:00")
    assert await live.store.read(lambda uow: uow.members.by_person("ResNetSLT", [MARIA]))
    await live.until("2018-03-04 12:00")
    assert await live.store.read(lambda uow: uow.members.by_person("ResNetSLT", [MARIA])) == {}
    assert await said(live) == [None]
    assert not await live.store.read(lambda uow: uow.members.who_was_forgotten([MARIA]))


async def test_privately_a_change_holds_in_every_community(open_house: Open) -> None:
    house = await open_house(community="health-visiting")
    await house.cop("maria", "help", "resnetslt")
    told = await house.cop("maria", "privacy quote=named", "@maria")
    assert "This holds in every community here that knows you:" in told
    communities = [one.id for one in house.content.communities()]
    known = await house.store.read(lambda uow: [uow.members.by_person(one, [MARIA])[MARIA].id for one in communities])
    chosen = await house.store.read(lambda uow: uow.consents.current(known))
    assert len(known) == 2
    assert {made["quote"].state for made in chosen.values()} == {"named"}
    assert "This holds in every" not in await house.cop("maria", "privacy quote=never", "resnetslt")


async def test_what_stays_after_activity_off_is_said(live: House) -> None:
    await live.until("2018-01-31 19:36")
    await live.room.people.say("maria", CHANNEL, "Hello", live.thread("Q1"))
    told = await live.cop("maria", "privacy activity=off")
    assert "what I noted before stays: that you posted, when" in told
    assert "text=off` erases" in told
