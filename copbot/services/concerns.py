"""“Report to hosts”, from the menu of a message: the hosts get a link and what the reporter says. The bot does nothing else about it."""

from copbot.domain.heard import Commanded
from copbot.domain.markup import message_link
from copbot.domain.message import Field, FieldKind, Form, Message, Option, Reply
from copbot.errors import WrongState
from copbot.ports.platform import CommandSpec
from copbot.services import options, outgoing
from copbot.services.call import Call, Command, Press, private, the_chat
from copbot.services.desk import Desk

NAMELESS, NAMED = "nameless", "named"
REASON_LENGTH = 500


def report(desk: Desk, call: Call) -> Reply:
    """Ask what the hosts should know. The reporter stays unnamed unless they choose otherwise. Raises WrongState without a message."""
    chat = the_chat(call)
    message = call.heard.message if isinstance(call.heard, Commanded) else None
    if message is None:
        raise WrongState("Open the menu of the message that the hosts should look at, and choose “Report to hosts” there.")
    names = (Option(NAMELESS, "Leave my name out"), Option(NAMED, "Tell the hosts who I am"))
    fields = (
        Field("reason", "What should the hosts know?", FieldKind.PARAGRAPH, hint="they get it with a link to the message", required=False),
        Field("name", "Your name", FieldKind.CHOICE, NAMELESS, options=names),
    )
    return Form("report", "Report to hosts", fields, value=f"{chat.id}:{message}", submit="Send to the hosts")


def submitted(desk: Desk, call: Call) -> Reply:
    """Tell the hosts; nobody else hears of it."""
    chat = the_chat(call)
    _, _, message = call.text.partition(":")
    named = call.options.get("name") == NAMED
    text = desk.say(
        "reported",
        chat=chat,
        link=message_link(call.place, "this message", message),
        reason=call.options.get("reason", "").strip()[:REASON_LENGTH],
        reporter=call.by if named else None,
    )
    outgoing.tell_backstage(desk, chat, f"report:{call.heard.id}", Message(text), purpose="report")
    return private(desk.say("report-sent", named=named))


REPORT = CommandSpec(
    *("report", "from a message's menu: ask the hosts to look at it", "report", (options.CHAT,)),
    opens_form=True,
    on_message="Report to hosts",
)

COMMANDS = (Command(REPORT, report, needs_chat=True),)
FORMS = {"report": Press(submitted)}
