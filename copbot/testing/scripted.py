"""A tiny bot for tests of a platform's page: it hosts one question and answers ``/cop``, by the port alone."""

from datetime import UTC, datetime, timedelta

from copbot.domain.heard import Commanded, Heard, Pressed, Submitted
from copbot.domain.message import Button, Field, FieldKind, File, Form, FormErrors, Look, Message, Nothing, Option, Private, Reply
from copbot.domain.place import Place
from copbot.ports.platform import Platform

CHANNEL = Place("room", "resnetslt")
BACKSTAGE = Place("room", "backstage")
SCHEDULE = Form(
    "schedule",
    "Plan a chat",
    (
        Field("title", "Title", value="Thinking together", hint="What people see in the announcement"),
        Field(
            "format",
            "Format",
            FieldKind.CHOICE,
            value="live",
            options=(Option("live", "Live chat, 60 minutes"), Option("slow", "A question a week")),
        ),
        Field("when", "When", value="2018-01-31 19:30", hint="Date and time in London"),
        Field("about", "What is it about?", FieldKind.PARAGRAPH, required=False),
    ),
    submit="Show the draft",
)
WELCOME = """**Welcome to Thinking together.** Sally hosts; it ends [at 20:30](time:2018-01-31T20:30:00+00:00).

Four questions, one thread each. Answer in the thread, in your own time:

- say *I'm listening* if you would rather read
- type `off the record` before anything that should not be kept

> What is said here stays with the community."""
QUESTION = "What is it about being part of a Community of Practice that helps you to change what you do?"
PANEL = "**Thinking together** is on. Q1 has been open for 4 minutes; 3 voices so far."
BUTTONS = (
    Button("Next question", "next", "1:q2", Look.PRIMARY),
    Button("Extend by 5", "extend", "1"),
    Button("Close", "close", "1", Look.DANGER),
)


class ScriptedBot:
    """Hears, and tells what the tests expect."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self.heard: list[Heard] = []

    async def begin(self) -> None:
        """The announcement, the first question and the panel backstage."""
        starts = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)
        if self._platform.calendar is not None:
            await self._platform.calendar.schedule(CHANNEL, "Thinking together", starts, starts + timedelta(hours=1), key="1")
        invitation = File("thinking-together.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "for your calendar")
        going = (Button("I'll be there", "going", "1", Look.PRIMARY), Button("I'm listening", "listening", "1"))
        await self._platform.post(CHANNEL, Message(WELCOME, going, (invitation,)), key="welcome")
        await self._platform.open_thread(CHANNEL, "Question 1 of 4", Message(QUESTION), key="q1")
        await self._platform.post(BACKSTAGE, Message(PANEL, BUTTONS), key="panel")

    async def hear(self, *heard: Heard) -> None:
        """The inbox."""
        self.heard += heard
        for one in heard:
            if isinstance(one, Commanded | Pressed | Submitted):
                await self._platform.tell(one, await self._reply(one))

    async def _reply(self, heard: Commanded | Pressed | Submitted) -> Reply:
        match heard:
            case Commanded(text="schedule"):
                return SCHEDULE
            case Commanded(text="help"):
                return Private(Message("Say `/cop schedule` to plan a chat, `/cop next` to ask the next question."))
            case Commanded(message=str()):
                return Private(Message(f"Noted: `{heard.text}`."))
            case Commanded():
                return Private(Message(f"There is no `{heard.text}`. Did you mean `/cop next`?"))
            case Pressed(action="next"):
                await self._platform.open_thread(CHANNEL, "Question 2 of 4", Message("What would you tell a newcomer?"), key="q2")
                return Nothing()
            case Submitted(fields={"title": title}) if len(title) < 3:
                return FormErrors({"title": "A title has at least three letters."})
            case Submitted(fields=fields):
                return Private(
                    Message(
                        f"Draft: **{fields['title']}**",
                        (Button("Confirm", "confirm", "2", Look.PRIMARY), Button("Discard", "discard", "2")),
                    )
                )
            case Pressed():
                return Private(Message(f"You pressed {heard.action}."))
