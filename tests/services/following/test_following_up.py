from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from copbot.domain.chat import Chat
from copbot.domain.follow_up import FollowUpState, Outcome
from copbot.domain.message import Form, FormErrors, Message, Private, Reply
from copbot.domain.place import Place
from copbot.domain.step import Step
from copbot.services import follow_up_flow, writing_back

if TYPE_CHECKING:
    from .conftest import World

DAY_1, WEEK_2, WEEK_6 = "day_1", "week_2", "week_6"
FRIDAY_MORNING = datetime(2018, 2, 2, 8, tzinfo=UTC)


def told(reply: Reply) -> str:
    assert isinstance(reply, Private)
    return reply.message.text


def london(text: str) -> datetime:
    """A winter date: London is at UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fan_out(world: "World", chat: Chat, stage: str, at: datetime, number: int | None = None) -> None:
    world.now = at
    about = {"stage": stage, "counted_in": "hours"} if stage == DAY_1 and number is None else {"stage": stage}
    step = Step(0, chat.id, f"{stage}:{number or 0}", "follow_up", at, number=number, about=about)
    with world.desk() as desk:
        follow_up_flow.fan_out(desk, chat, step)


def send(world: "World", at: datetime | None = None) -> None:
    world.now = at or world.now
    with world.desk() as desk:
        follow_up_flow.send_due(desk)


def taking_part(world: "World", name: str = "Maria", zone: str | None = None) -> Chat:
    """A chat that somebody takes part in who asked for reflections."""
    chat = world.open_chat()
    world.took_part(chat, name, zone)
    world.command(name, "reflect", "on")
    return chat


def asked(world: "World", name: str = "Maria") -> Message:
    return world.private(name)[-1]


def hear(world: "World", text: str, message: str = "d1", place: Place | None = None, name: str = "Maria") -> bool:
    with world.desk() as desk:
        return writing_back.heard_privately(desk, world.said(name, text, message, place))


def written(world: "World", name: str = "Maria") -> list[tuple[str, str]]:
    with world.desk() as desk:
        return [(each.prompt, each.text) for each in desk.uow.follow_ups.reflections(world.member(desk, name).id)]


def test_only_those_who_took_part_and_asked_for_it_are_asked(world: "World") -> None:
    chat = taking_part(world)
    world.took_part(chat, "Ben")
    world.command("Ann", "reflect", "on")
    fan_out(world, chat, DAY_1, london("2018-02-01T20:30"))
    assert [len(world.follow_ups(name)) for name in ("Maria", "Ben", "Ann")] == [1, 0, 0]


def test_the_reflection_of_an_evening_chat_waits_for_the_next_morning(world: "World") -> None:
    """2-domain 7.3: Thu 1 February 20:30 -> Fri 2 February 08:00; and T21: a Friday's waits until Monday."""
    chat = taking_part(world)
    fan_out(world, chat, DAY_1, london("2018-02-01T20:30"))
    assert world.follow_ups("Maria")[0].due_at == FRIDAY_MORNING
    other = taking_part(world)
    fan_out(world, other, DAY_1, london("2018-02-02T20:30"))
    assert world.follow_ups("Maria")[1].due_at == london("2018-02-05T08:00")


def test_a_saturday_fortnight_waits_for_monday_midday(world: "World") -> None:
    """T21."""
    chat = taking_part(world)
    fan_out(world, chat, WEEK_2, london("2018-02-17T12:30"))
    assert world.follow_ups("Maria")[0].due_at == london("2018-02-19T12:30")


def test_one_question_at_a_time_and_the_next_only_after_a_reply(world: "World") -> None:
    chat = taking_part(world)
    fan_out(world, chat, DAY_1, london("2018-02-01T20:30"))
    send(world, FRIDAY_MORNING - timedelta(minutes=1))
    assert world.private("Maria") == []
    send(world, FRIDAY_MORNING)
    (first,) = world.private("Maria")
    assert first.text == (
        "A moment to look back: “Thinking together”. 3 short questions, one at a time, for you alone.\n\n"
        "What has stayed with you?\n\nPress Answer, or just write back to me here."
    )
    assert [button.label for button in first.buttons] == ["Answer", "Skip", "Not this week", "Stop"]
    send(world, FRIDAY_MORNING + timedelta(hours=3))
    assert len(world.private("Maria")) == 1
    assert hear(world, "Lucy's example of a journal club.")
    assert asked(world).text == "So what?"
    assert world.press("Maria", asked(world), "reflect-skip") is not None
    assert asked(world).text == "Now what?"
    form = world.press("Maria", asked(world), "reflect-answer")
    assert isinstance(form, Form)
    assert form.fields[0].hint == "Now what?"
    assert told(world.submit("Maria", form.name, form.value, text="Ask my team")) == "Kept, for you alone."
    assert "That was the last question" in asked(world).text
    assert written(world) == [("driscoll-what", "Lucy's example of a journal club."), ("driscoll-now-what", "Ask my team")]
    assert world.follow_ups("Maria")[0].state is FollowUpState.ANSWERED


def test_what_somebody_writes_in_a_channel_is_no_reflection(world: "World") -> None:
    chat = taking_part(world)
    fan_out(world, chat, DAY_1, london("2018-02-01T20:30"))
    send(world, FRIDAY_MORNING)
    assert len(world.private("Maria")) == 1
    assert not hear(world, "A1 Yes", place=Place("room", "slt", "t1"))
    assert not hear(world, "Who posts next?", place=Place("room", "slt-hosts"))
    assert not hear(world, "Hello", place=Place("room", "another-channel"))
    assert not hear(world, "Hello", name="Ben")
    assert written(world) == []


def test_a_message_delivered_twice_is_one_reflection(world: "World") -> None:
    chat = taking_part(world)
    fan_out(world, chat, DAY_1, london("2018-02-01T20:30"))
    send(world, FRIDAY_MORNING)
    world.deliver()
    assert hear(world, "Yes", "d7")
    world.deliver()
    assert hear(world, "Yes", "d7")
    assert written(world) == [("driscoll-what", "Yes")]


def test_nothing_that_may_identify_a_patient_is_kept(world: "World") -> None:
    chat = taking_part(world)
    fan_out(world, chat, DAY_1, london("2018-02-01T20:30"))
    send(world, FRIDAY_MORNING)
    first = asked(world)
    assert hear(world, "The patient, NHS number 943 476 5919, asked me")
    assert "an NHS number" in asked(world).text
    assert "943" not in asked(world).text
    form = world.press("Maria", first, "reflect-answer")
    assert isinstance(form, Form)
    assert isinstance(world.submit("Maria", form.name, form.value, text="NHS 943 476 5919"), FormErrors)
    assert written(world) == []
    assert hear(world, "A patient asked me", "d2")
    assert written(world) == [("driscoll-what", "A patient asked me")]


def test_the_member_s_own_model_wins(world: "World") -> None:
    chat = taking_part(world)
    assert "kolb" in told(world.command("Maria", "reflect", "on", model="kolb"))
    fan_out(world, chat, DAY_1, london("2018-02-01T20:30"))
    assert world.follow_ups("Maria")[0].prompts == ("kolb-try",)
    assert "Did you mean gibbs?" in told(world.command("Maria", "reflect", "on", model="gibs"))


def test_a_day_after_a_friday_s_lunch_is_monday_morning(world: "World") -> None:
    """What is planned in hours waits for eight o'clock (2-domain 1.3), also if it falls on the hour that days come at."""
    chat = taking_part(world)
    fan_out(world, chat, DAY_1, london("2018-02-03T12:30"))
    assert world.follow_ups("Maria")[0].due_at == london("2018-02-05T08:00")


def test_the_member_s_own_morning(world: "World") -> None:
    chat = taking_part(world, zone="America/New_York")
    fan_out(world, chat, WEEK_2, london("2018-02-14T12:30"))
    assert world.follow_ups("Maria")[0].due_at == london("2018-02-14T17:30")


def test_not_this_week(world: "World") -> None:
    chat = taking_part(world)
    fan_out(world, chat, DAY_1, london("2018-02-01T20:30"))
    send(world, FRIDAY_MORNING)
    message = asked(world)
    assert "Fri 9 Feb 08:00" in told(world.press("Maria", message, "reflect-later"))
    assert "isn't open any more" in told(world.press("Maria", message, "reflect-skip"))
    send(world, FRIDAY_MORNING + timedelta(days=6))
    assert len(world.private("Maria")) == 1
    send(world, FRIDAY_MORNING + timedelta(days=7))
    assert len(world.private("Maria")) == 2
    assert hear(world, "Here it is")
    assert written(world) == [("driscoll-what", "Here it is")]


def test_stop_ends_everything_planned(world: "World") -> None:
    chat = taking_part(world)
    fan_out(world, chat, DAY_1, london("2018-02-01T20:30"))
    fan_out(world, chat, WEEK_2, london("2018-02-01T20:31"))
    send(world, FRIDAY_MORNING)
    assert "Stopped" in told(world.press("Maria", asked(world), "reflect-stop"))
    send(world, london("2018-02-14T12:30"))
    assert {each.state for each in world.follow_ups("Maria")} == {FollowUpState.STOPPED}
    assert len(world.private("Maria")) == 1
    assert "Reflections are off" in told(world.command("Maria", "reflect", "status"))


def test_switching_follow_ups_off_in_privacy_stops_them_too(world: "World") -> None:
    chat = taking_part(world)
    fan_out(world, chat, DAY_1, london("2018-02-01T20:30"))
    world.command("Maria", "reflect", "off")
    send(world, FRIDAY_MORNING)
    assert world.private("Maria") == []


def test_a_night_without_the_bot_sends_nothing_at_night(world: "World") -> None:
    chat = taking_part(world)
    fan_out(world, chat, DAY_1, london("2018-02-01T20:30"))
    send(world, london("2018-02-03T23:00"))
    assert world.private("Maria") == []
    assert world.follow_ups("Maria")[0].due_at == london("2018-02-05T08:00")


def test_after_two_unanswered_there_is_no_third_until_the_member_starts_again(world: "World") -> None:
    """T22."""
    days = [london(f"2018-02-{day:02}T12:30") for day in (1, 8, 15, 22)]
    chats = [taking_part(world) for _ in days]
    for chat, day in zip(chats, days, strict=True):
        fan_out(world, chat, DAY_1, day)
        send(world)
    assert len(world.private("Maria")) == 2
    states = [each.state for each in world.follow_ups("Maria")]
    assert states == [FollowUpState.UNANSWERED, FollowUpState.UNANSWERED, FollowUpState.STOPPED, FollowUpState.STOPPED]
    world.command("Maria", "reflect", "on")
    again = world.open_chat()
    world.took_part(again, "Maria")
    fan_out(world, again, DAY_1, london("2018-02-28T12:30"))
    send(world)
    assert len(world.private("Maria")) == 3


def test_follow_ups_that_fall_together_come_one_a_day(world: "World") -> None:
    for _ in range(2):
        fan_out(world, taking_part(world), DAY_1, london("2018-02-06T12:30"))
    send(world)
    assert len(world.private("Maria")) == 1
    send(world, london("2018-02-07T12:29"))
    assert len(world.private("Maria")) == 1
    send(world, london("2018-02-07T12:30"))
    assert len(world.private("Maria")) == 2


def test_one_reply_in_between_keeps_it_going(world: "World") -> None:
    for number, day in enumerate((1, 8, 15)):
        chat = world.open_chat()
        world.took_part(chat, "Maria")
        if number == 0:
            world.command("Maria", "reflect", "on")
        fan_out(world, chat, DAY_1, london(f"2018-02-{day:02}T12:30"))
        send(world)
        world.deliver()
        if number == 1:
            assert hear(world, "A line")
    assert len(world.private("Maria")) == 4


def test_what_somebody_said_they_would_try(world: "World") -> None:
    chat = taking_part(world)
    reply = world.command("Maria", "try", "Start a *journal club*", chat)
    assert "in two weeks" in told(reply)
    fan_out(world, chat, WEEK_2, london("2018-02-14T12:30"))
    send(world)
    message = asked(world)
    assert "You said you'd try: 'Start a \\*journal club\\*'" in message.text
    assert [button.label for button in message.buttons][:5] == ["Done", "Partly", "Not yet", "Changed my mind", "Let it go"]
    assert "fair answer" in told(world.press("Maria", message, "commitment-outcome", nth=2))
    assert asked(world).text == "What got in the way?"
    with world.desk() as desk:
        (commitment,) = desk.uow.follow_ups.commitments(world.member(desk, "Maria").id)
    assert (commitment.outcome, commitment.outcome_at) == (Outcome.NOT_YET, world.now)
    assert hear(world, "Time")
    assert world.follow_ups("Maria")[0].state is FollowUpState.ANSWERED
    assert "isn't open any more" in told(world.press("Maria", message, "commitment-outcome", nth=0))


def test_done_needs_no_further_question(world: "World") -> None:
    chat = taking_part(world)
    world.command("Maria", "try", "Ask my manager", chat)
    fan_out(world, chat, WEEK_2, london("2018-02-14T12:30"))
    send(world)
    assert "Well done" in told(world.press("Maria", asked(world), "commitment-outcome"))
    assert world.follow_ups("Maria")[0].state is FollowUpState.ANSWERED
    assert len(world.private("Maria")) == 1


def test_others_are_asked_once_in_thirty_days_whether_they_used_anything(world: "World") -> None:
    for day in ("2018-02-14T12:30", "2018-02-28T12:30", "2018-03-28T12:30"):
        fan_out(world, taking_part(world), WEEK_2, london(day))
    assert [each.prompts for each in world.follow_ups("Maria")] == [("wk2-used",), ("wk2-used",)]


def test_a_series_brings_one_after_every_few_rounds(world: "World") -> None:
    chat = taking_part(world)
    fan_out(world, chat, DAY_1, london("2018-02-05T12:30"), number=4)
    fan_out(world, chat, DAY_1, london("2018-03-05T12:30"), number=8)
    fan_out(world, chat, DAY_1, london("2018-03-05T12:30"), number=8)
    assert [each.round for each in world.follow_ups("Maria")] == [4, 8]


def test_a_commitment_through_the_form_offers_to_ask_later(world: "World") -> None:
    chat = world.open_chat()
    world.took_part(chat, "Ben")
    form = world.command("Ben", "try", "", chat)
    assert isinstance(form, Form)
    assert isinstance(world.submit("Ben", form.name, form.value, text="word " * 200), FormErrors)
    reply = world.submit("Ben", form.name, form.value, text="Ask two colleagues")
    assert isinstance(reply, Private)
    assert "Reflections are on" in told(world.press("Ben", reply.message, "reflect-on"))
    fan_out(world, chat, WEEK_2, london("2018-02-14T12:30"))
    assert world.follow_ups("Ben")[0].prompts == ("wk2-tried",)


def test_without_a_chat_nothing_can_be_noted(world: "World") -> None:
    assert "which chat" in told(world.command("Ben", "try", "Something"))


def test_nobody_else_can_answer_or_press(world: "World") -> None:
    chat = taking_part(world)
    fan_out(world, chat, DAY_1, london("2018-02-01T20:30"))
    send(world, FRIDAY_MORNING)
    message = asked(world)
    for action in ("reflect-answer", "reflect-skip", "reflect-later"):
        assert "isn't open any more" in told(world.press("Sally", message, action))
    assert world.follow_ups("Maria")[0].position == 0


def test_a_member_reads_and_deletes_what_they_wrote(world: "World") -> None:
    chat = taking_part(world)
    world.command("Maria", "try", "Ask my manager", chat)
    fan_out(world, chat, DAY_1, london("2018-02-01T20:30"))
    send(world, FRIDAY_MORNING)
    world.deliver()
    hear(world, "# Big *moment*")
    reply = world.command("Maria", "reflections")
    assert isinstance(reply, Private)
    assert "**What has stayed with you?**\n\n\\# Big \\*moment\\*\n\n*Thinking together, " in reply.message.text
    assert "- Ask my manager *(" in reply.message.text
    sure = world.press("Maria", reply.message, "reflections-delete")
    assert isinstance(sure, Private)
    assert written(world)
    assert "Deleted" in told(world.press("Maria", sure.message, "reflections-delete-sure"))
    assert written(world) == []
    assert "haven't written anything" in told(world.command("Maria", "reflections"))
    assert "haven't written anything" in told(world.command("Sally", "reflections"))
