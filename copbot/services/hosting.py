"""What a host does while a chat runs: bring forward, extend, skip, pause, close. The plan does the rest by itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from copbot.domain import replanning
from copbot.domain.chat import Chat, State
from copbot.domain.message import Button, Look, Message, Private, Reply
from copbot.domain.step import Step
from copbot.errors import WrongState
from copbot.ports.platform import CommandSpec, OptionSpec
from copbot.services import performing, planning, steering
from copbot.services.call import AHEAD_FIRST, Call, Command, Press, Who, private
from copbot.services.desk import Desk
from copbot.services.options import CHAT

EXTEND_BY = 5
MOST_MINUTES = 60
WELL_BEFORE = timedelta(minutes=30)
"""A typed ``/cop start`` this long before the planned time is asked about first."""

MAY_NOT_HAVE_SEEN = timedelta(seconds=15)
"""Two hosts who type ``next`` so close to one another probably mean the same question."""

FORGOTTEN_PAUSE = timedelta(minutes=10)
"""A pause this long is brought to the hosts' minds once."""


def start(desk: Desk, call: Call) -> Reply:
    """Begin before the planned time: the whole hour moves, and ends as much earlier."""
    chat = steering.in_state(desk, call, State.PLANNED)
    if call.is_command and chat.starts_at - desk.now > WELL_BEFORE:
        sure = Button("Start now", "start", f"{chat.id}:{chat.change}", Look.DANGER)
        return Private(Message(desk.say("start-sure", chat=chat), (sure, Button("Leave it", "leave", str(chat.id)))))
    hour = steering.hour(desk, chat)
    if not hour:
        raise WrongState("There is nothing left in this plan to start.")
    steps = replanning.due(desk.uow.steps.of(chat.id))
    before = [step for step in steps if step.due_at < hour[0].due_at and step.does != "panel"]
    desk.uow.steps.save(steering.skipped(desk, step) for step in before)
    moved = _begin_now(desk, chat, hour)
    steering.did(desk, moved, call, "started the chat", "")
    performing.perform_due_of(desk, moved.id)
    return private(_with_overlaps(desk, moved, desk.say("started", chat=moved)))


def _begin_now(desk: Desk, chat: Chat, hour: list[Step]) -> Chat:
    """The hour moves as a whole; of a series only what opens it and its first question, the calendar stays."""
    earlier = desk.now - hour[0].due_at
    if steering.is_series(desk, chat):
        first = replanning.next_question(hour)
        desk.uow.steps.save(replace(step, due_at=desk.now) for step in hour if first is None or step.due_at <= first.due_at)
        return chat
    moved = replace(chat, starts_at=chat.starts_at + earlier, ends_at=chat.ends_at + earlier)
    desk.uow.steps.save(replace(step, due_at=step.due_at + earlier) for step in hour)
    desk.uow.chats.save(moved)
    planning.plan_after(desk, moved)
    return moved


def next_one(desk: Desk, call: Call) -> Reply:
    """The next question now, or - when there is none left - what follows the questions."""
    chat = steering.running(desk, call)
    steps = desk.uow.steps.of(chat.id)
    coming = replanning.next_question(steps) or replanning.next_of_the_hour(steps)
    if coming is None:
        raise WrongState("Everything on the plan has been posted. `/cop ask` puts a question of your own; `/cop close` ends the chat.")
    seen = steering.just_did(desk, call, chat, MAY_NOT_HAVE_SEEN) if call.is_command else None
    if seen is not None:
        again = Button("Yes, go on", "next", f"{chat.id}:{chat.change}", Look.PRIMARY)
        text = f"{steering.overtaken(desk, chat)} Go on to {_name(coming)} as well?"
        return Private(Message(text, (again, Button("No", "leave", str(chat.id)))))
    _bring_forward(desk, chat, steps, coming)
    steering.did(desk, chat, call, f"posted {_name(coming)}" if coming.does == "ask" else "moved on", _name(coming))
    performing.perform_due_of(desk, chat.id)
    return private(desk.say("next-done", what=_name(coming), agenda=steering.what_follows(desk, chat), chat=chat))


def _name(step: Step) -> str:
    return f"Q{step.number}" if step.does == "ask" else {"ask_round": "the take-away round"}.get(step.does, "the goodbye")


def _bring_forward(desk: Desk, chat: Chat, steps: list[Step], coming: Step) -> None:
    if steering.is_series(desk, chat):
        desk.uow.steps.save([replace(coming, due_at=min(coming.due_at, desk.now))])
        return
    desk.uow.steps.save(steering.skipped(desk, step) for step in replanning.passed_over(steps, coming))
    if coming.does == "ask":
        desk.uow.steps.save(replanning.bring_forward(steps, desk.now))
    else:
        desk.uow.steps.save([replace(coming, due_at=min(coming.due_at, desk.now))])


def extend(desk: Desk, call: Call) -> Reply:
    """More minutes for the question that is open, from the last question; if that has none left, offer a later close."""
    chat = steering.running(desk, call)
    if steering.is_series(desk, chat):
        raise WrongState("The questions of a series stay open for its whole length; there is nothing to extend.")
    minutes = _minutes(call)
    done = replanning.extend(desk.uow.steps.of(chat.id), timedelta(minutes=minutes))
    if not done.fits:
        return _offer_later_close(desk, chat, minutes, done.spare)
    desk.uow.steps.save(done.changed)
    steering.did(desk, chat, call, f"gave {minutes} minutes more", "extend")
    return private(desk.say("extended", minutes=minutes, agenda=steering.what_follows(desk, chat), chat=chat))


def _offer_later_close(desk: Desk, chat: Chat, minutes: int, spare: timedelta) -> Reply:
    later = replace(chat, ends_at=chat.ends_at + timedelta(minutes=minutes))
    text = desk.say("extend-later", minutes=minutes, spare=int(spare.total_seconds() // 60), closes_at=later.ends_at, chat=chat)
    value = f"{chat.id}:{chat.change}:{minutes}"
    buttons = (
        Button(f"Close {minutes} minutes later", "extend-later", value, Look.PRIMARY),
        Button("Keep the close", "leave", str(chat.id)),
    )
    return Private(Message(_with_overlaps(desk, later, text), buttons))


def _with_overlaps(desk: Desk, chat: Chat, text: str) -> str:
    return "\n\n".join([text, *(f"**Please note:** {caution.text}" for caution in planning.overlaps(desk, chat))])


def close_later(desk: Desk, call: Call) -> Reply:
    """Everything that has not happened moves by as much, the close too."""
    chat = steering.running(desk, call)
    minutes = _minutes(call)
    later = _move_the_rest(desk, chat, timedelta(minutes=minutes))
    steering.did(desk, later, call, f"moved the close to {later.ends_at.astimezone(chat.zone):%H:%M}", "extend")
    return private(desk.say("extended", minutes=minutes, agenda=steering.what_follows(desk, later), chat=later))


def _move_the_rest(desk: Desk, chat: Chat, by: timedelta) -> Chat:
    desk.uow.steps.save(replanning.later_close(desk.uow.steps.of(chat.id), by))
    later = replace(chat, ends_at=chat.ends_at + by)
    desk.uow.chats.save(later)
    planning.plan_after(desk, later)
    return later


def _minutes(call: Call) -> int:
    """The minutes a host named: as words of a command, or as the last part of a button's value."""
    given = call.text.strip() if call.is_command else (call.parts[2] if len(call.parts) > 2 else "")
    if not given:
        return EXTEND_BY
    number = given.removesuffix("minutes").removesuffix("min").strip()
    if not number.isdecimal() or not 1 <= int(number) <= MOST_MINUTES:
        raise WrongState(f"Give the minutes as a number from 1 to {MOST_MINUTES}, for example: `/cop extend 5`")
    return int(number)


def skip(desk: Desk, call: Call) -> Reply:
    """Leave the next question out; the open one keeps its minutes. It can still be asked."""
    chat = steering.running(desk, call)
    steps = desk.uow.steps.of(chat.id)
    coming = replanning.next_question(steps)
    if coming is None:
        raise WrongState("There is no question left to skip.")
    desk.uow.steps.save(replace(step, done_at=desk.now) for step in replanning.skip(steps))
    steering.did(desk, chat, call, f"skipped Q{coming.number}", f"Q{coming.number}")
    back = Button(f"Ask Q{coming.number} after all", "ask-missed", f"{chat.id}::{coming.number}")
    text = desk.say("skipped", number=coming.number, agenda=steering.what_follows(desk, chat), chat=chat)
    return Private(Message(text, (back,)))


def pause(desk: Desk, call: Call) -> Reply:
    """Nothing of the plan happens until somebody resumes; a pause that is forgotten is brought to the hosts' minds."""
    chat = steering.in_state(desk, call, State.OPEN)
    if chat.paused_at is not None:
        steering.running(desk, call)
    paused = steering.did(desk, replace(chat, paused_at=desk.now), call, "paused the chat", "pause")
    resume_it = (Button("Resume", "resume", f"{chat.id}:{paused.change}", Look.PRIMARY),)
    planning.remind_of_pause(desk, paused, Message(desk.say("pause-forgotten", chat=paused), resume_it), desk.now + FORGOTTEN_PAUSE)
    return Private(Message(desk.say("paused", chat=chat), resume_it))


def resume(desk: Desk, call: Call) -> Reply:
    """Go on; everything of the hour that has not happened moves by the length of the pause. A series keeps its calendar."""
    chat = steering.in_state(desk, call, State.OPEN)
    if chat.paused_at is None:
        raise WrongState("The chat is not paused.")
    away = desk.now - chat.paused_at
    planning.forget_pause(desk, chat)
    resumed = replace(chat, paused_at=None)
    if not steering.is_series(desk, chat):
        resumed = _move_the_rest(desk, resumed, away)
    steering.did(desk, resumed, call, "resumed the chat", "resume")
    minutes = 0 if steering.is_series(desk, chat) else round(away.total_seconds() / 60)
    text = desk.say("resumed", agenda=steering.what_follows(desk, resumed), chat=resumed, minutes=minutes)
    return private(_with_overlaps(desk, resumed, text))


def close(desk: Desk, call: Call) -> Reply:
    """Ask first: what is left of the plan would not happen."""
    chat = steering.in_state(desk, call, State.OPEN)
    hour = steering.hour(desk, chat)
    left = [f"Q{step.number}" for step in hour if step.does == "ask"]
    goodbye = any(step.does == "close" for step in hour)
    buttons = (Button("Close now", "close-confirm", f"{chat.id}:{chat.change}", Look.DANGER), Button("Carry on", "leave", str(chat.id)))
    return Private(Message(desk.say("close-sure", chat=chat, left=left, goodbye=goodbye), buttons))


def close_now(desk: Desk, call: Call) -> Reply:
    """The closing words now; questions that were not asked stay unasked; late answers stay welcome."""
    chat = steering.running(desk, call, while_paused=True)
    steps = replanning.due(desk.uow.steps.of(chat.id))
    over = [step for step in steps if step.does in {*replanning.WHILE_OPEN, "nudge", "draft_weave"}]
    desk.uow.steps.save(steering.skipped(desk, step) for step in over if step.does not in {"close", "end"})
    desk.uow.steps.save(replace(step, due_at=desk.now) for step in over if step.does in {"close", "end"})
    planning.forget_pause(desk, chat)
    closed = steering.did(desk, replace(chat, ends_at=desk.now, paused_at=None), call, "closed the chat", "close")
    planning.plan_after(desk, closed)
    performing.perform_due_of(desk, chat.id)
    return private(desk.say("closed", chat=closed))


def _spec(verb: str, summary: str, usage: str = "", options: Sequence[OptionSpec] = (CHAT,), free: str = "") -> CommandSpec:
    return CommandSpec(verb, summary, usage or verb, tuple(options), free)


COMMANDS = (
    Command(_spec("start", "begin before the planned time"), start, Who.HOST, needs_chat=True, prefers=AHEAD_FIRST),
    Command(_spec("next", "bring the next question forward"), next_one, Who.HOST, needs_chat=True),
    Command(_spec("extend", "give the open question more minutes", "extend [MINUTES]", free="minutes"), extend, Who.HOST, needs_chat=True),
    Command(_spec("skip", "leave the next question out"), skip, Who.HOST, needs_chat=True),
    Command(_spec("pause", "stop the clock"), pause, Who.HOST, needs_chat=True),
    Command(_spec("resume", "let the clock go on"), resume, Who.HOST, needs_chat=True),
    Command(_spec("close", "close the chat now"), close, Who.HOST, needs_chat=True),
)

PRESSES = {
    "start": Press(start, Who.HOST),
    "next": Press(next_one, Who.HOST),
    "extend": Press(extend, Who.HOST),
    "extend-later": Press(close_later, Who.HOST),
    "skip": Press(skip, Who.HOST),
    "pause": Press(pause, Who.HOST),
    "resume": Press(resume, Who.HOST),
    "close": Press(close, Who.HOST),
    "close-confirm": Press(close_now, Who.HOST),
}
