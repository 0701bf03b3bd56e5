"""What hosts do beside the plan: a question of their own, one that was skipped or missed, a message pinned for the summary."""

from dataclasses import replace
from datetime import timedelta

from copbot.domain.chat import Chat, Pin
from copbot.domain.heard import Commanded
from copbot.domain.markup import escape
from copbot.domain.message import Field, FieldKind, Form, FormErrors, Message, Reply
from copbot.domain.place import Posted
from copbot.domain.plan import questions_of
from copbot.domain.question import Question
from copbot.domain.step import Outgoing, StepState, Verb, channel_lane
from copbot.errors import WrongState
from copbot.ports.platform import CommandSpec
from copbot.services import asking, naming, options, steering
from copbot.services.call import Call, Command, Press, Who, private, the_chat
from copbot.services.desk import Desk

QUESTION_LENGTH = 300
"""As in question sets (2-domain 7.2): so that people can take it in."""


def ask(desk: Desk, call: Call) -> Reply:
    """An unplanned question in a thread of its own; the plan stays as it is.

    Without words, or from the menu of somebody's message, it is a form: with room to word it, and what that message says to begin with.
    """
    chat = steering.running(desk, call, while_paused=True)
    if not call.is_form and not (call.is_command and call.text.strip()):
        quoted = naming.with_names(desk, call.community, call.place, call.heard.quoted) if isinstance(call.heard, Commanded) else ""
        return _form(chat, "Ask as next question" if quoted else "Ask something unplanned", quoted[:QUESTION_LENGTH])
    text = (call.options.get("question", "") if call.is_form else call.text).strip()
    wrong = f"At most {QUESTION_LENGTH} characters, so that people can take it in; this has {len(text)}."
    if len(text) > QUESTION_LENGTH:
        return FormErrors({"question": wrong}) if call.is_form else private(wrong)
    steering.did(desk, chat, call, "asked a question of their own", "extra")
    asking.ask(desk, chat, Question(0, escape(text)), name="Extra question", title=text)
    return private(desk.say("asked", text=escape(text)))


def _form(chat: Chat, title: str, words: str) -> Form:
    field = Field("question", "Your question", FieldKind.PARAGRAPH, value=words, hint="one question; it gets a thread of its own")
    return Form("ask", title, (field,), value=str(chat.id), submit="Ask now")


def ask_missed(desk: Desk, call: Call) -> Reply:
    """A question of the plan that was skipped or missed, asked after all, with its second half if there is time for it."""
    chat = steering.running(desk, call, while_paused=True)
    number = int(call.parts[2]) if len(call.parts) > 2 and call.parts[2].isdecimal() else 0
    if any(asked.number == number for asked in desk.uow.questions.of([chat.id])):
        raise WrongState(f"Q{number} has been asked already.")
    edition = desk.edition(chat)
    question = next((one for one in questions_of(edition.format, edition.question_set) if one.number == number), None)
    if question is None:
        raise WrongState(f"This chat has no Q{number}.")
    steering.did(desk, chat, call, f"posted Q{number}", f"Q{number}")
    asking.ask(desk, chat, question)
    _second_half(desk, chat, question)
    return private(desk.say("asked", text=question.text))


def _second_half(desk: Desk, chat: Chat, question: Question) -> None:
    after = question.part_b.after if question.part_b else timedelta()
    steps = [step for step in desk.uow.steps.of(chat.id) if step.does == "part_b" and step.number == question.number]
    if desk.now + after < chat.ends_at:
        desk.uow.steps.save(replace(step, state=StepState.DUE, due_at=desk.now + after, done_at=None) for step in steps)


def pin(desk: Desk, call: Call) -> Reply:
    """Pin a message for the summary (from the message's own menu), or list what is pinned."""
    chat = the_chat(call)
    message = getattr(call.heard, "message", None) if call.is_command else None
    if message is None:
        return private(desk.say("pins", pins=desk.uow.chats.pins(chat.id), chat=chat))
    posted = Posted(call.place, message)
    desk.uow.chats.pin(Pin(chat.id, posted, call.by.id, desk.now))
    desk.uow.outbox.add([_pin_row(desk, chat, posted)])
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


ASK = CommandSpec(
    *("ask", "ask something unplanned; from a message's menu, what it asks", "ask [TEXT]", (options.CHAT,), "your question"),
    opens_form=True,
    on_message="Ask as next question",
)
PIN = CommandSpec(
    "pin", "see what is pinned for the summary; pin from a message's menu", "pin", (options.CHAT,), on_message="Pin for the summary"
)

COMMANDS = (
    Command(ASK, ask, Who.HOST, needs_chat=True),
    Command(PIN, pin, Who.HOST, needs_chat=True),
)

PRESSES = {"ask": Press(ask, Who.HOST, opens_form=True), "ask-missed": Press(ask_missed, Who.HOST)}

FORMS = {"ask": Press(ask, Who.HOST)}
