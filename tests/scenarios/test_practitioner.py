"""A practitioner in a chat and after it: what is kept, what is not, and reflections for nobody else."""

from datetime import timedelta

from playhouse import BACKSTAGE, CHANNEL, House

from copbot.domain.message import Field
from copbot.domain.place import Person
from copbot.ports.store import UnitOfWork

NHS = "She is NHS 943 476 5919, please help"


async def said(house: House) -> list[str | None]:
    return [response.text for response in await house.responses()]


def private(house: House, who: str) -> list[str]:
    return [entry.text for entry in house.room.people.private(who)]


async def test_edits_and_deletions_are_followed(live: House) -> None:
    """T26."""
    await live.until("2018-01-31 19:36")
    message = await live.room.people.say("maria", CHANNEL, "We met on Mondey", live.thread("Q1"))
    await live.room.people.edit("maria", message, "We met on Monday")
    assert await said(live) == ["We met on Monday"]
    await live.room.people.remove("maria", message)
    assert await said(live) == []


async def test_a_possible_identifier_is_told_to_its_author_alone_and_not_kept(live: House) -> None:
    """T19."""
    await live.until("2018-01-31 19:36")
    message = await live.room.people.say("maria", CHANNEL, NHS, live.thread("Q1"))
    await live.after(5 / 60)
    assert any("Just between us" in text for text in private(live, "maria"))
    assert "Just between us" not in "".join(live.texts(BACKSTAGE) + live.texts() + private(live, "sally"))
    assert await said(live) == [None]
    await live.room.people.edit("maria", message, "She is somebody I know, please help")
    assert await said(live) == ["She is somebody I know, please help"]


async def test_not_identifiable_is_believed(live: House) -> None:
    await live.until("2018-01-31 19:36")
    await live.room.people.say("maria", CHANNEL, "Call me on 07700 900123 if you like", live.thread("Q1"))
    await live.after(5 / 60)
    await live.press("maria", "identifier-fine")
    assert await said(live) == ["Call me on 07700 900123 if you like"]


async def test_off_the_record_before_speaking_is_never_stored(live: House) -> None:
    await live.until("2018-01-31 19:36")
    await live.cop("maria", "off-record")
    await live.room.people.say("maria", CHANNEL, "Between these walls", live.thread("Q1"))
    assert await said(live) == []
    await live.cop("maria", "on-record")
    await live.room.people.say("maria", CHANNEL, "And this for all", live.thread("Q1"))
    await live.bot.reconcile()
    assert await said(live) == ["And this for all"]


async def test_off_the_record_afterwards_erases_and_history_does_not_bring_it_back(live: House) -> None:
    await live.until("2018-01-31 19:36")
    message = await live.room.people.say("maria", CHANNEL, "I should not have said this", live.thread("Q1"))
    assert await said(live) == ["I should not have said this"]
    await live.room.people.use_shortcut("maria", message, "off-record")
    assert await said(live) == []
    await live.restart()
    await live.bot.turn()
    assert await said(live) == []


async def test_activity_off_leaves_no_row_and_still_counts_as_somebody_spoke(live: House) -> None:
    """T18."""
    await live.until("2018-01-31 19:36")
    await live.cop("maria", "privacy activity=off")
    await live.room.people.say("maria", CHANNEL, "Nobody notes this", live.thread("Q1"))
    assert await said(live) == []
    counters = await live.store.read(lambda uow: uow.questions.counters([1]))
    assert counters[1].last_human_at == live.clock.now()
    assert counters[1].messages == 0


async def test_text_off_erases_what_was_kept(live: House) -> None:
    await live.until("2018-01-31 19:36")
    await live.room.people.say("maria", CHANNEL, "My words", live.thread("Q1"))
    await live.cop("maria", "privacy text=off")
    assert await said(live) == [None]


async def test_forget_me_takes_two_confirmations_and_offers_the_export(live: House) -> None:
    """T25."""
    await live.until("2018-01-31 19:36")
    await live.room.people.say("maria", CHANNEL, "Remember me not", live.thread("Q1"))
    await live.cop("maria", "forget-me")
    await live.press("maria", "export-me")
    [file] = live.room.people.told("maria")[-1].files
    assert b"Remember me not" in file.content
    await live.cop("maria", "forget-me")
    await live.press("maria", "forget-me-1")
    assert await said(live) == ["Remember me not"]
    await live.press("maria", "forget-me-2")
    assert await said(live) == [None]
    known = await live.store.read(lambda uow: uow.members.by_person("ResNetSLT", [Person("room", "maria")]))
    assert known == {}


async def test_a_private_reflection_one_question_at_a_time_for_nobody_else(live: House) -> None:
    await live.until("2018-01-31 19:36")
    await live.room.people.say("maria", CHANNEL, "Taking part", live.thread("Q1"))
    await live.cop("maria", "reflect on")
    await live.until("2018-02-02 07:59")
    before = len(private(live, "maria"))
    await live.until("2018-02-02 08:00")
    assert "which post or moment has stayed with you" in private(live, "maria")[before]
    await live.room.people.say("maria", "@maria", "Something very private")
    await live.bot.turn()
    assert "Driscoll" not in private(live, "maria")[-1]
    assert len(private(live, "maria")) > before + 1
    notes = await live.store.read(lambda uow: uow.follow_ups.reflections(_member(uow)))
    assert [note.text for note in notes] == ["Something very private"]
    everywhere = live.texts() + live.texts(BACKSTAGE) + private(live, "sally") + private(live, "lucy")
    assert "very private" not in "".join(everywhere)
    assert "Something very private" in await live.cop("maria", "reflections")


def _member(uow: UnitOfWork) -> int:
    return uow.members.by_person("ResNetSLT", [Person("room", "maria")])[Person("room", "maria")].id


async def test_two_unanswered_and_there_is_no_third(live: House) -> None:
    """T22."""
    await live.until("2018-01-31 19:36")
    await live.room.people.say("maria", CHANNEL, "Taking part", live.thread("Q1"))
    await live.cop("maria", "reflect on")
    await live.until("2018-02-15 12:00")
    asked = len(private(live, "maria"))
    await live.until("2018-04-15 12:00")
    assert len(private(live, "maria")) == asked


async def test_what_somebody_will_try_comes_back_after_two_weeks(live: House) -> None:
    await live.until("2018-01-31 20:25")
    await live.room.people.say("maria", CHANNEL, "Ten minutes at the end", live.thread("Take-away"))
    await live.cop("maria", "reflect on")
    await live.press("maria", "commit")
    await live.room.people.submit("maria", {field.name: "Ask one other service" for field in _fields(live)})
    await live.bot.turn()
    await live.until("2018-02-14 12:31")
    assert "Ask one other service" in private(live, "maria")[-1]
    await live.press("maria", "commitment-outcome")


def _fields(house: House) -> tuple[Field, ...]:
    form = house.room.people.form_of("maria")
    assert form is not None
    return form.form.fields


async def test_listening_is_taking_part(live: House) -> None:
    await live.until("2018-01-31 19:36")
    told = await live.press("tom", "listening")
    assert "nobody will call on you" in told
    [row] = await live.responses()
    assert (row.kind, row.asked, row.text) == ("listening", None, None)


async def test_somebody_who_talks_resets_the_wait_of_the_nudge(live: House) -> None:
    """T12: a human post 30 s before a due nudge."""
    await live.until("2018-01-31 19:38")
    await live.cop("tom", "privacy activity=off")
    await live.until(live.clock.now() + timedelta(seconds=40))
    await live.room.people.say("tom", CHANNEL, "thinking aloud", live.thread("Q1"))
    await live.until("2018-01-31 19:39")
    assert live.texts(thread=live.thread("Q1"))[1:] == []


async def test_words_are_kept_for_ninety_days_and_names_for_two_years(live: House) -> None:
    await live.until("2018-01-31 19:36")
    await live.room.people.say("maria", CHANNEL, "For a while", live.thread("Q1"))
    await live.until("2018-04-30 12:00")
    assert await said(live) == ["For a while"]
    await live.until("2018-05-02 12:00")
    assert await said(live) == [None]
    await live.until("2020-02-02 12:00")
    [row] = await live.responses()
    member = await live.store.read(lambda uow: uow.members.get(row.member))
    assert member is not None
    assert member.pseudonym == "former member"
