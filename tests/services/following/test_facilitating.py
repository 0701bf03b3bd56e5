from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from copbot.domain.community import Level
from copbot.domain.facilitation import Decision, SuggestionState
from copbot.domain.message import Form, FormErrors, Message, Nothing, Private, Reply

if TYPE_CHECKING:
    from .conftest import World


def told(reply: Reply) -> str:
    assert isinstance(reply, Private)
    return reply.message.text


def decisions(world: "World", chat: object) -> list[tuple[Decision, int | None, str]]:
    return [(line.decision, line.rule, line.prompt) for line in world.restraints(chat)]  # type: ignore[arg-type]


def test_hosts_hear_after_three_minutes_everybody_once_after_four_and_nothing_more(world: "World") -> None:
    """T11."""
    chat = world.open_chat()
    world.at(5)
    world.ask(chat, 1)
    world.at(7.9)
    world.tick()
    assert not world.outbox(chat, "host_tip", "unasked")
    world.at(8)
    world.tick()
    assert [row.message.text for row in world.outbox(chat, "host_tip")] == ["No reply to Q1 yet, after 3 minutes."]
    assert not world.outbox(chat, "unasked")
    world.at(9)
    world.tick()
    assert [row.message.text for row in world.outbox(chat, "unasked")] == ["Yes, no and 'not sure' all count."]
    with world.desk() as desk:
        told_of = desk.uow.chats.get(chat.id)
    assert told_of is not None
    assert told_of.last_unasked_at == world.now
    for minute in (10, 13, 17):
        world.at(minute)
        world.tick()
    assert len(world.outbox(chat, "unasked", "host_tip")) == 2
    assert decisions(world, chat) == [(Decision.SUGGESTED, None, "host-wait"), (Decision.SENT, None, "if_quiet")]


def test_an_answer_ends_it(world: "World") -> None:
    chat = world.open_chat()
    asked = world.ask(chat, 1)
    world.at(2)
    world.spoke(asked)
    world.at(10)
    world.tick()
    assert not world.outbox(chat, "host_tip", "unasked")
    assert world.restraints(chat) == []


def test_the_bot_waits_while_somebody_may_be_typing(world: "World") -> None:
    """T12: somebody whose messages are not counted spoke 30 s before."""
    chat = world.open_chat()
    asked = world.ask(chat, 1)
    world.at(3.5)
    world.spoke(asked, counted=False)
    world.at(4)
    world.tick()
    assert not world.outbox(chat, "unasked")
    assert decisions(world, chat)[-1] == (Decision.SUPPRESSED, 3, "")
    world.at(4.4)
    world.tick()
    assert not world.outbox(chat, "unasked")
    world.at(4.5)
    world.tick()
    assert len(world.outbox(chat, "unasked")) == 1


def test_a_waiting_nudge_is_dropped_if_the_signal_has_gone(world: "World") -> None:
    """T12, second half."""
    chat = world.open_chat()
    asked = world.ask(chat, 1)
    world.at(3.5)
    world.spoke(asked, counted=False)
    world.at(4)
    world.tick()
    world.at(4.4)
    world.spoke(asked)
    world.at(6)
    world.tick()
    assert not world.outbox(chat, "unasked")


def test_the_clock_stops_at_the_next_question(world: "World") -> None:
    chat = world.open_chat()
    world.ask(chat, 1)
    world.at(3.5)
    world.ask(chat, 2)
    world.at(5)
    world.tick()
    assert not world.outbox(chat, "unasked")


def test_the_second_question_without_words_of_its_own_takes_the_format_s(world: "World") -> None:
    chat = world.open_chat()
    world.ask(chat, 2)
    world.at(4)
    world.tick()
    world.at(10)
    world.ask(chat, 3)
    world.at(14)
    world.tick()
    assert [row.message.text for row in world.outbox(chat, "unasked")] == ["Let's take two quiet minutes.", "Not sure where to begin?"]


def test_another_chat_starts_with_the_words_not_read_for_longest(world: "World") -> None:
    first = world.open_chat()
    world.ask(first, 2)
    world.at(4)
    world.tick()
    second = world.open_chat()
    world.ask(second, 2)
    world.at(9)
    world.tick()
    assert [row.message.text for row in world.outbox(second, "unasked")] == ["Not sure where to begin?"]


@pytest.mark.parametrize(("level", "posts"), [(Level.SILENT, 0), (Level.LIGHT, 1)])
def test_the_level_of_the_community_counts_as_it_is_now(world: "World", level: Level, posts: int) -> None:
    world.community = replace(world.community, level=level)
    chat = world.open_chat()
    world.ask(chat, 1)
    world.at(4)
    world.tick()
    assert len(world.outbox(chat, "unasked")) == posts
    assert decisions(world, chat)[-1][:2] == ((Decision.SENT, None) if posts else (Decision.SUPPRESSED, 1))


def test_in_quiet_hours_a_live_chat_is_left_alone_but_its_hosts_hear(world: "World") -> None:
    """Rule 10."""
    late = datetime(2018, 1, 31, 21, 30, tzinfo=UTC)
    chat = world.open_chat(starts=late)
    world.now = late
    world.ask(chat, 1)
    world.now = late + timedelta(minutes=4)
    world.tick()
    assert len(world.outbox(chat, "host_tip")) == 1
    assert not world.outbox(chat, "unasked")
    assert decisions(world, chat)[-1] == (Decision.SUPPRESSED, 10, "")


def test_a_hush_holds_until_it_is_lifted(world: "World") -> None:
    """Rule 9."""
    chat = world.open_chat()
    world.ask(chat, 1)
    assert "rest of this chat" in told(world.command("Lucy", "hush", chat=chat))
    world.at(4)
    world.tick()
    assert decisions(world, chat)[-1] == (Decision.SUPPRESSED, 9, "")
    assert "over" in told(world.command("Lucy", "hush", "off", chat=chat))
    world.at(10)
    world.ask(chat, 2)
    world.at(14)
    world.tick()
    assert len(world.outbox(chat, "unasked")) == 1


@pytest.mark.parametrize(("words", "minutes"), [("10", 10), ("10 min", 10), ("5 minutes", 5)])
def test_a_hush_for_some_minutes(world: "World", words: str, minutes: int) -> None:
    chat = world.open_chat()
    assert "Hushed until" in told(world.command("Sally", "hush", words, chat=chat))
    with world.desk() as desk:
        hushed = desk.uow.chats.get(chat.id)
        act = desk.uow.chats.last_act(chat.id)
    assert hushed is not None
    assert hushed.hushed_until == world.now + timedelta(minutes=minutes)
    assert act is not None
    assert act.verb == "hushed"


def test_an_unclear_hush_changes_nothing(world: "World") -> None:
    chat = world.open_chat()
    assert "/cop hush 10" in told(world.command("Sally", "hush", "loudly", chat=chat))
    with world.desk() as desk:
        found = desk.uow.chats.get(chat.id)
    assert found == chat


def test_questions_asked_in_people_s_own_time_wait_48_weekday_hours(world: "World") -> None:
    friday = datetime(2018, 2, 2, 12, 30, tzinfo=UTC)
    chat = world.open_chat("weeks", friday)
    world.now = friday
    world.ask(chat, 2)
    with world.desk() as desk:
        due = {step.does: step.due_at for step in desk.uow.steps.of(chat.id)}
    assert due["quiet_host"] == friday + timedelta(days=3)
    assert due["quiet"] == friday + timedelta(days=4)
    world.now = friday + timedelta(days=4)
    world.tick()
    assert [row.message.text for row in world.outbox(chat, "unasked")] == ["Not sure where to begin?"]


def test_hosts_can_read_why_the_bot_stayed_quiet(world: "World") -> None:
    chat = world.open_chat()
    assert "haven't noticed" in told(world.command("Sally", "restraint", chat=chat))
    asked = world.ask(chat, 1)
    world.at(8.5)
    world.spoke(asked, counted=False)
    world.at(9)
    world.tick()
    text = told(world.command("Sally", "restraint", chat=chat))
    assert "- I saw no answer to Q1 at 19:39 and stayed quiet (rule 3: somebody may have been typing)." in text
    assert text.count("\n- ") == len(world.restraints(chat))


def offered(world: "World", chat: object) -> Message:
    rows = world.outbox(chat, "suggestion")  # type: ignore[arg-type]
    return next(row.message for row in rows if row.verb == "post")


def test_probes_are_offered_to_hosts_backstage(world: "World") -> None:
    chat = world.open_chat()
    world.ask(chat, 1)
    world.tick()
    (row,) = world.outbox(chat, "suggestion")
    assert row.target == world.library.community_at("room", "slt").backstage(chat.place)  # type: ignore[union-attr]
    assert "1. What makes you say so?\n2. Would the others agree?" in row.message.text
    assert [button.label for button in row.message.buttons] == ["Post 1", "Edit 1", "Skip 1", "Post 2", "Edit 2", "Skip 2"]
    assert not world.outbox(chat, "probe")


def test_a_probe_is_posted_once_and_a_late_press_says_who_did(world: "World") -> None:
    chat = world.open_chat()
    asked = world.ask(chat, 1)
    world.tick()
    message = offered(world, chat)
    assert world.press("Lucy", message, "probe-post") == Nothing()
    world.now += timedelta(seconds=8)
    assert told(world.press("Sally", message, "probe-post")) == "Lucy posted this 8 s ago."
    assert told(world.press("Sally", message, "probe-skip")) == "Lucy posted this 8 s ago."
    assert told(world.press("Sally", message, "probe-edit")) == "Lucy posted this 8 s ago."
    (row,) = world.outbox(chat, "probe")
    assert (row.message.text, row.asked) == ("What makes you say so?", asked.id)
    edits = [row for row in world.outbox(chat, "suggestion") if row.verb == "edit"]
    assert "*(posted by Lucy)*" in edits[-1].message.text
    assert [button.label for button in edits[-1].message.buttons] == ["Post 2", "Edit 2", "Skip 2"]
    with world.desk() as desk:
        act = desk.uow.chats.last_act(chat.id)
    assert act is not None
    assert (act.verb, act.about) == ("posted", "a further question to Q1")


def test_a_host_s_own_words_are_posted_as_they_were_typed(world: "World") -> None:
    chat = world.open_chat()
    world.ask(chat, 1)
    world.tick()
    form = world.press("Sally", offered(world, chat), "probe-edit")
    assert isinstance(form, Form)
    assert form.fields[0].value == "What makes you say so?"
    assert isinstance(world.submit("Sally", form.name, form.value, text="  "), FormErrors)
    assert world.submit("Sally", form.name, form.value, text="Why *so*?") == Nothing()
    assert [row.message.text for row in world.outbox(chat, "probe")] == ["Why \\*so\\*?"]
    assert [each.state for each in world.suggestions(chat)] == [SuggestionState.EDITED, SuggestionState.OFFERED]


def test_probes_run_out_when_the_next_question_opens(world: "World") -> None:
    chat = world.open_chat()
    world.ask(chat, 1)
    world.tick()
    message = offered(world, chat)
    world.press("Sally", message, "probe-skip")
    world.at(13)
    world.ask(chat, 2)
    world.tick()
    states = [each.state for each in world.suggestions(chat)]
    assert states == [SuggestionState.SKIPPED, SuggestionState.EXPIRED, SuggestionState.OFFERED]
    assert "/cop ask" in told(world.press("Sally", message, "probe-post", nth=1))
    assert not world.outbox(chat, "probe")


def test_probes_of_the_last_question_end_with_the_chat(world: "World") -> None:
    chat = world.open_chat()
    world.ask(chat, 2)
    world.tick()
    world.at(60)
    world.tick()
    assert [each.state for each in world.suggestions(chat)] == [SuggestionState.EXPIRED]
    last = world.outbox(chat, "suggestion")[-1].message
    assert last.buttons == ()
    assert "*(not used)*" in last.text


def test_a_press_after_the_time_is_over_comes_too_late_whether_or_not_the_bot_has_looked(world: "World") -> None:
    chat = world.open_chat()
    world.ask(chat, 2)
    world.tick()
    world.at(60)
    assert "over" in told(world.press("Sally", offered(world, chat), "probe-post"))
    assert not world.outbox(chat, "probe")


def test_in_people_s_own_time_probes_stand_for_a_day(world: "World") -> None:
    tuesday = datetime(2018, 2, 6, 12, 30, tzinfo=UTC)
    chat = world.open_chat("weeks", tuesday)
    world.now = tuesday
    world.ask(chat, 2)
    world.tick()
    assert [each.expires_at for each in world.suggestions(chat)] == [tuesday + timedelta(hours=24)]


def test_another_chat_s_host_cannot_press_through(world: "World") -> None:
    chat, other = world.open_chat(), world.open_chat()
    world.ask(chat, 1)
    world.tick()
    suggestion = world.suggestions(chat)[0]
    forged = f"{other.id}:{suggestion.id}"
    assert "over" in told(world.submit("Sally", "probe-edited", forged, text="x"))
    assert not world.outbox(chat, "probe")
