"""What a host does while a chat runs: bring forward, extend, skip, ask, pause, close. The plan does the rest by itself."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from copbot.domain import replanning
from copbot.domain.chat import Act, AskedState, Chat, Pin, State
from copbot.domain.markup import escape
from copbot.domain.message import Button, Field, FieldKind, Form, FormErrors, Look, Message, Private, Reply
from copbot.domain.place import Posted
from copbot.domain.plan import questions_of
from copbot.domain.question import Question
from copbot.domain.step import Outgoing, Step, StepState, Verb, channel_lane
from copbot.errors import WrongState
from copbot.ports.platform import CommandSpec
from copbot.services import asking, panel, performing
from copbot.services.agenda import Line, agenda
from copbot.services.call import Call, Command, Press, Who, private
from copbot.services.desk import Desk

EXTEND_BY = 5
MOST_MINUTES = 60
WELL_BEFORE = timedelta(minutes=30)
"""A typed ``/cop start`` this long before the planned time is asked about first."""

QUESTION_LENGTH = 300


def start(desk: Desk, call: Call) -> Reply:
    """Begin before the planned time: the whole hour moves, and ends as much earlier."""
    chat = _in(call, State.PLANNED)
    if call.is_command and chat.starts_at - desk.now > WELL_BEFORE:
        sure = Button("Start now", "start", f"{chat.id}:{chat.change}", Look.DANGER)
        return Private(Message(desk.say("start-sure", chat=chat), (sure, Button("Leave it", "leave", str(chat.id)))))
    steps = desk.uow.steps.of(chat.id)
    hour = [step for step in replanning.due(steps) if step.does in replanning.OF_THE_HOUR]
    if not hour:
        raise WrongState("There is nothing left in this plan to start.")
    earlier = desk.now - hour[0].due_at
    desk.uow.steps.save(replace(step, due_at=step.due_at + earlier) for step in replanning.due(steps) if step.due_at >= hour[0].due_at)
    desk.uow.steps.save(_skipped(step, desk) for step in replanning.due(steps) if step.due_at < hour[0].due_at and step.does != "panel")
    moved = replace(chat, starts_at=chat.starts_at + earlier, ends_at=chat.ends_at + earlier)
    _did(desk, moved, call, "started the chat", "")
    performing.perform_due_of(desk, moved.id)
    return private(desk.say("started", chat=moved))


def _skipped(step: Step, desk: Desk) -> Step:
    return replace(step, state=StepState.SKIPPED, done_at=desk.now)


def next_one(desk: Desk, call: Call) -> Reply:
    """The next question now, or - when there is none left - what follows the questions."""
    chat = _running(desk, call)
    steps = desk.uow.steps.of(chat.id)
    coming = replanning.next_question(steps)
    if coming is not None:
        desk.uow.steps.save(replanning.bring_forward(steps, desk.now))
        _did(desk, chat, call, f"posted Q{coming.number}", f"Q{coming.number}")
    else:
        coming = replanning.next_of_the_hour(steps)
        if coming is None:
            raise WrongState("Everything on the plan has been posted. /cop ask puts a question of your own; /cop close ends the chat.")
        desk.uow.steps.save([replace(coming, due_at=min(coming.due_at, desk.now))])
        _did(desk, chat, call, "moved on", coming.key)
    performing.perform_due_of(desk, chat.id)
    return private(
        desk.say(
            "next-done", what=f"Q{coming.number}" if coming.does == "ask" else "what comes next", agenda=_agenda(desk, chat), chat=chat
        )
    )


def _hour(desk: Desk, chat: Chat) -> list[Step]:
    return [step for step in replanning.due(desk.uow.steps.of(chat.id)) if step.does in replanning.OF_THE_HOUR]


def _agenda(desk: Desk, chat: Chat) -> list[Line]:
    return agenda(_hour(desk, chat), desk.edition(chat))


def extend(desk: Desk, call: Call) -> Reply:
    """More minutes for the question that is open, from the last question; if that has none left, offer a later close."""
    chat = _running(desk, call)
    minutes = _minutes(call)
    by = timedelta(minutes=minutes)
    steps = desk.uow.steps.of(chat.id)
    done = replanning.extend(steps, by)
    if not done.fits:
        return _offer_later_close(desk, chat, minutes, done.spare)
    desk.uow.steps.save(done.changed)
    _did(desk, chat, call, f"gave {minutes} minutes more", "extend")
    return private(desk.say("extended", minutes=minutes, agenda=_agenda(desk, chat), chat=chat))


def _offer_later_close(desk: Desk, chat: Chat, minutes: int, spare: timedelta) -> Reply:
    text = desk.say(
        "extend-later",
        minutes=minutes,
        spare=int(spare.total_seconds() // 60),
        closes_at=chat.ends_at + timedelta(minutes=minutes),
        chat=chat,
    )
    value = f"{chat.id}:{chat.change}:{minutes}"
    buttons = (
        Button(f"Close {minutes} minutes later", "extend-later", value, Look.PRIMARY),
        Button("Keep the close", "leave", str(chat.id)),
    )
    return Private(Message(text, buttons))


def close_later(desk: Desk, call: Call) -> Reply:
    """Everything that has not happened moves by as much, the close too."""
    chat = _running(desk, call)
    by = timedelta(minutes=_minutes(call))
    desk.uow.steps.save(replanning.later_close(desk.uow.steps.of(chat.id), by))
    later = replace(chat, ends_at=chat.ends_at + by)
    _did(desk, later, call, f"moved the close to {later.ends_at.astimezone(chat.zone):%H:%M}", "extend")
    return private(desk.say("extended", minutes=_minutes(call), agenda=_agenda(desk, later), chat=later))


def _minutes(call: Call) -> int:
    """The minutes a host named: as words of a command, or as the last part of a button's value."""
    given = call.parts[2] if len(call.parts) > 2 else call.text.strip()
    if not given or (not call.is_command and len(call.parts) <= 2):
        return EXTEND_BY
    number = given.removesuffix("min").removesuffix("minutes").strip()
    if not number.isdecimal() or not 1 <= int(number) <= MOST_MINUTES:
        raise WrongState(f"Give the minutes as a number from 1 to {MOST_MINUTES}, for example: /cop extend 5")
    return int(number)


def skip(desk: Desk, call: Call) -> Reply:
    """Leave the next question out; the open one keeps its minutes. It can still be asked."""
    chat = _running(desk, call)
    steps = desk.uow.steps.of(chat.id)
    coming = replanning.next_question(steps)
    if coming is None:
        raise WrongState("There is no question left to skip.")
    desk.uow.steps.save(replace(step, done_at=desk.now) for step in replanning.skip(steps))
    _did(desk, chat, call, f"skipped Q{coming.number}", f"Q{coming.number}")
    back = Button(f"Ask Q{coming.number} after all", "ask-missed", f"{chat.id}:{chat.change + 1}:{coming.number}")
    return Private(Message(desk.say("skipped", number=coming.number, agenda=_agenda(desk, chat), chat=chat), (back,)))


def ask(desk: Desk, call: Call) -> Reply:
    """An unplanned question in a thread of its own; the plan stays as it is."""
    chat = _running(desk, call)
    text = call.options.get("question", call.text if call.is_command else "").strip()
    if not text:
        field = Field("question", "Your question", FieldKind.PARAGRAPH, hint="one question; it gets a thread of its own")
        return Form("ask", "Ask something unplanned", (field,), value=str(chat.id), submit="Ask now")
    if len(text) > QUESTION_LENGTH:
        return FormErrors({"question": f"At most {QUESTION_LENGTH} characters, so that people can take it in; this has {len(text)}."})
    _did(desk, chat, call, "asked a question of their own", "extra")
    asking.ask(desk, chat, Question(0, escape(text)), name="Extra question")
    return private(desk.say("asked", text=escape(text)))


def ask_missed(desk: Desk, call: Call) -> Reply:
    """A question of the plan that was skipped or missed, asked after all."""
    chat = _in(call, State.OPEN)
    number = int(call.parts[2]) if len(call.parts) > 2 and call.parts[2].isdecimal() else 0
    if any(asked.number == number for asked in desk.uow.questions.of([chat.id])):
        raise WrongState(f"Q{number} has been asked already.")
    edition = desk.edition(chat)
    question = next((one for one in questions_of(edition.format, edition.question_set) if one.number == number), None)
    if question is None:
        raise WrongState(f"This chat has no Q{number}.")
    _did(desk, chat, call, f"posted Q{number}", f"Q{number}")
    asking.ask(desk, chat, question)
    return private(desk.say("asked", text=question.text))


def pause(desk: Desk, call: Call) -> Reply:
    """Nothing of the plan happens until somebody resumes."""
    chat = _in(call, State.OPEN)
    if chat.paused_at is not None:
        raise WrongState("The chat is paused already; /cop resume goes on.")
    _did(desk, replace(chat, paused_at=desk.now), call, "paused the chat", "pause")
    value = f"{chat.id}:{chat.change + 1}"
    return Private(Message(desk.say("paused", chat=chat), (Button("Resume", "resume", value, Look.PRIMARY),)))


def resume(desk: Desk, call: Call) -> Reply:
    """Go on; everything that has not happened moves by the length of the pause."""
    chat = _in(call, State.OPEN)
    if chat.paused_at is None:
        raise WrongState("The chat is not paused.")
    away = desk.now - chat.paused_at
    desk.uow.steps.save(replanning.later_close(desk.uow.steps.of(chat.id), away))
    resumed = replace(chat, paused_at=None, ends_at=chat.ends_at + away)
    _did(desk, resumed, call, "resumed the chat", "resume")
    return private(desk.say("resumed", agenda=_agenda(desk, resumed), chat=resumed, minutes=round(away.total_seconds() / 60)))


def close(desk: Desk, call: Call) -> Reply:
    """Ask first: what is left of the plan would not happen."""
    chat = _in(call, State.OPEN)
    left = [step for step in _hour(desk, chat) if step.does == "ask"]
    value = f"{chat.id}:{chat.change}"
    buttons = (Button("Close now", "close-confirm", value, Look.DANGER), Button("Carry on", "leave", str(chat.id)))
    return Private(Message(desk.say("close-sure", chat=chat, left=[f"Q{step.number}" for step in left]), buttons))


def close_now(desk: Desk, call: Call) -> Reply:
    """The closing words now; questions that were not asked stay unasked; late answers stay welcome."""
    chat = _running(desk, call)
    steps = replanning.due(desk.uow.steps.of(chat.id))
    earlier = chat.ends_at - desk.now
    hour = [step for step in steps if step.does in replanning.OF_THE_HOUR]
    desk.uow.steps.save(_skipped(step, desk) for step in hour if step.does not in {"close", "end"})
    desk.uow.steps.save(replace(step, due_at=desk.now) for step in hour if step.does in {"close", "end"})
    desk.uow.steps.save(replace(step, due_at=step.due_at - earlier) for step in steps if step.does not in replanning.OF_THE_HOUR)
    closed = replace(chat, ends_at=desk.now, paused_at=None)
    _did(desk, closed, call, "closed the chat", "close")
    performing.perform_due_of(desk, chat.id)
    return private(desk.say("closed", chat=closed))


def pin(desk: Desk, call: Call) -> Reply:
    """Pin a message for the summary (from the message's own menu), or list what is pinned."""
    message = getattr(call.heard, "message", None)
    if call.chat is None:
        raise WrongState("There is no chat here whose summary a pin could go into.")
    if message is None:
        return private(desk.say("pins", pins=desk.uow.chats.pins(call.chat.id), chat=call.chat))
    posted = Posted(call.place, message)
    desk.uow.chats.pin(Pin(call.chat.id, posted, call.by.id, desk.now))
    desk.uow.outbox.add([_pin_row(desk, call.chat, posted)])
    return private(desk.say("pinned"))


def _pin_row(desk: Desk, chat: Chat, posted: Posted) -> Outgoing:
    return Outgoing(
        key=f"{chat.id}:pin:{posted.message}",
        lane=channel_lane(chat.place),
        target=posted.place,
        message=Message("pin"),
        due_at=desk.now,
        verb=Verb.PIN,
        purpose="pin",
        chat=chat.id,
        posted=posted,
    )


def ask_from_message(desk: Desk, call: Call) -> Reply:
    """The message shortcut "Ask as next question": a form with room to reword it."""
    chat = _running(desk, call)
    field = Field(
        "question",
        "Ask it like this",
        FieldKind.PARAGRAPH,
        value=call.options.get("quoted", ""),
        hint="name whose idea it was, if they like that",
    )
    return Form("ask", "Ask as next question", (field,), value=str(chat.id), submit="Ask now")


def _in(call: Call, state: State) -> Chat:
    if call.chat is None:
        raise WrongState("There is no chat here. /cop upcoming shows what is planned.")
    if call.chat.state is not state:
        raise WrongState(f"“{call.chat.title}” is {call.chat.state}; that works only while it is {state}.")
    return call.chat


def _running(desk: Desk, call: Call) -> Chat:
    """The open chat; raises WrongState with who did what, if a button was pressed that has been overtaken."""
    chat = _in(call, State.OPEN)
    if chat.paused_at is not None and not call.is_command:
        raise WrongState("The chat is paused; press Resume first.")
    expected = call.parts[1] if not call.is_command and len(call.parts) > 1 else None
    if expected is not None and expected != str(chat.change):
        raise WrongState(_overtaken(desk, chat))
    return chat


def _overtaken(desk: Desk, chat: Chat) -> str:
    """Who did what when, in words: "Lucy posted Q3 8 s ago"."""
    act = desk.uow.chats.last_act(chat.id)
    posted = [asked for asked in desk.uow.questions.of([chat.id]) if asked.state is not AskedState.WAITING]
    newest = max(posted, key=lambda asked: asked.asked_at, default=None)
    if newest is not None and (act is None or (newest.asked_at > act.at and act.about != newest.label)):
        return f"{newest.label} was posted by the plan {_ago(desk, newest.asked_at)}. Nothing was done twice; the panel is up to date now."
    if act is None:
        return "The panel has changed since. Please look again."
    member = desk.uow.members.get(act.member)
    who = member.name if member else "Another host"
    return f"{who} {act.verb} {_ago(desk, act.at)}. Nothing was done twice; the panel is up to date now."


def _ago(desk: Desk, then: datetime) -> str:
    seconds = int((desk.now - then).total_seconds())
    return f"{seconds} s ago" if seconds < 120 else f"{seconds // 60} min ago"


def _did(desk: Desk, chat: Chat, call: Call, verb: str, about: str) -> Chat:
    """Remember who did it, count the change so that older buttons are known to be old, and show it on the panel."""
    changed = replace(chat, change=chat.change + 1)
    desk.uow.chats.save(changed)
    desk.uow.chats.did(Act(chat.id, call.by.id, verb, about, desk.now))
    panel.refresh(desk, changed)
    return changed


def _spec(
    verb: str, summary: str, usage: str = "", options: Iterable[str] = ("chat",), free: str = "", *, form: bool = False
) -> CommandSpec:
    return CommandSpec(verb, summary, usage or verb, tuple(options), free, opens_form=form)


COMMANDS = (
    Command(_spec("start", "begin before the planned time"), start, Who.HOST, needs_chat=True),
    Command(_spec("next", "bring the next question forward"), next_one, Who.HOST, needs_chat=True),
    Command(_spec("extend", "give the open question more minutes", "extend [MINUTES]", free="minutes"), extend, Who.HOST, needs_chat=True),
    Command(_spec("skip", "leave the next question out"), skip, Who.HOST, needs_chat=True),
    Command(_spec("ask", "ask something unplanned", "ask [TEXT]", free="your question", form=True), ask, Who.HOST, needs_chat=True),
    Command(_spec("pause", "stop the clock"), pause, Who.HOST, needs_chat=True),
    Command(_spec("resume", "let the clock go on"), resume, Who.HOST, needs_chat=True),
    Command(_spec("pin", "see what is pinned for the summary; pin from a message's menu"), pin, Who.HOST, needs_chat=True),
    Command(_spec("close", "close the chat now"), close, Who.HOST, needs_chat=True),
    Command(_spec("ask-this", "ask somebody's question: from a message's menu"), ask_from_message, Who.HOST, needs_chat=True),
)  # fmt: skip

PRESSES = {
    "start": Press(start, Who.HOST),
    "next": Press(next_one, Who.HOST),
    "extend": Press(extend, Who.HOST),
    "extend-later": Press(close_later, Who.HOST),
    "skip": Press(skip, Who.HOST),
    "ask": Press(ask, Who.HOST, opens_form=True),
    "ask-missed": Press(ask_missed, Who.HOST),
    "pause": Press(pause, Who.HOST),
    "resume": Press(resume, Who.HOST),
    "close": Press(close, Who.HOST),
    "close-confirm": Press(close_now, Who.HOST),
}

FORMS = {"ask": Press(ask, Who.HOST)}
