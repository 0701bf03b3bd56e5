"""The adapter's own words, for what only Discord has. Everything else that the bot says comes from the core, in the community's words."""

from collections.abc import Mapping
from dataclasses import replace

from copbot.domain.markup import escape
from copbot.domain.message import Button, Field, FieldKind, Form, FormErrors, Look, Message
from copbot.ports.platform import Finding

LOBBY_NAME = "Chats: what is coming and what is on"
LOBBY = Message(
    "Here copbot tells what concerns the whole forum: which chats are coming, when one opens and when it closes. "
    "Each question gets a post of its own."
)
"""The first message of the post in which copbot tells a forum what concerns all of it."""

ANSWER, CHANGE = "copbot-answer", "copbot-change"
"""What the adapter's own buttons mean: they never reach the core."""

PORTAL = "discord.com/developers/applications"

TOO_LATE = "Discord did not wait for copbot. Please do it again."
FORGOTTEN = "That was too long ago. Please begin again."
"""For a Change button whose form is not kept any more."""

NO_CONTENT = Finding(
    "copbot may not read what people write on this server: they answer with the button under each question, or by mentioning it",
    f"Switch on Message Content Intent at {PORTAL}, under Bot, and start copbot again.",
)
NO_MEMBERS = Finding(
    "copbot is not told who joins and leaves",
    f"Switch on Server Members Intent at {PORTAL}, under Bot, and start copbot again.",
)


HOW_TO_ANSWER = "*Please press Answer. On this server I can read nothing else, but for messages that begin with my name (@).*"
"""Below a question that bids people answer in its thread: what they write there is not heard."""


def with_answer(message: Message, buttons: int) -> Message:
    """A question with a button to answer it, where copbot may not read what people write; it takes the last place of ``buttons``."""
    answer = Button("Answer", ANSWER, look=Look.PRIMARY)
    return replace(message, text=f"{message.text}\n\n{HOW_TO_ANSWER}", buttons=(*message.buttons[: buttons - 1], answer))


def answer_form(question: str) -> Form:
    """The form behind that button. ``question`` is the id of the message it stands under."""
    field = Field("text", "Your answer", FieldKind.PARAGRAPH, hint="it is posted in this question's thread with your name")
    return Form(ANSWER, "Answer", (field,), question)


def said_by(name: str, text: str) -> Message:
    """What somebody wrote into that form, to be seen by all."""
    return Message(f"**{escape(name)}**: {escape(text)}")


def to_mend(form: Form, errors: FormErrors, carried: str) -> Message:
    """What is wrong with a form. Its button carries the name under which what was typed is kept."""
    labels: Mapping[str, str] = {field.name: field.label for field in (*form.fields, *form.spare)}
    wrong = "\n".join(f"- **{escape(labels.get(name, name))}**: {told}" for name, told in errors.errors.items())
    return Message(f"Not yet:\n\n{wrong}", (Button("Change", CHANGE, carried, Look.PRIMARY),))
