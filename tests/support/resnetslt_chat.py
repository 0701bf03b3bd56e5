"""The ResNetSLT chat of 31 January 2018, act by act: who does what and when, on any stage; and what is left of it afterwards."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chat_stage import Stage
from playhouse import SEED_2, london

from copbot.domain.chat import State
from copbot.store.readings import SqlReadings
from copbot_room.lines import HELLOS, LINES, TAKE_AWAYS, Act, Line

DAY = "2018-01-31"
POSTED = {"Q1": "19:35:00", "Q2": "19:46:10", "Q3": "20:01:10", "Q4": "20:07:00", "Take-away": "20:24:00"}
"""When the questions come: the second and fourth are brought forward, the third waits five minutes more."""

Deed = Callable[[], Awaitable[object]]
Row = Mapping[str, object]


class Evening:
    """The whole chat, from the form in which it is scheduled to the file with its transcript."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.said: dict[tuple[str, int], str] = {}

    async def play(self) -> None:
        """Everything, in its time."""
        await self.schedule()
        for at, deed in sorted([*self.dialog(), *self.steering()], key=lambda one: one[0]):
            await self.stage.until(at)
            await deed()
        await self.afterwards()

    async def schedule(self) -> None:
        """Sally plans it; Maria says that she will come."""
        await self.schedule_by("sally")
        await self.stage.until("2018-01-03 12:45")
        await self.stage.press("maria", "I'll be there")

    async def schedule_by(self, host: str) -> None:
        """With a form and a preview, together with Lucy."""
        await self.stage.command(host, "schedule")
        await self.stage.submit(host, {"set": SEED_2, "date": DAY, "time": "19:30", "with": "lucy"})
        await self.stage.press(host, "Confirm")

    def dialog(self) -> list[tuple[datetime, Deed]]:
        """What people say to each question, to the hellos, and to the round at the end."""
        said = {"": HELLOS, **LINES[SEED_2], "Take-away": TAKE_AWAYS}
        starts = {"": "19:33:00", **POSTED}
        return [
            (_at(starts[label]) + timedelta(seconds=line.after), self._deed(label, number, line))
            for label, lines in said.items()
            for number, line in enumerate(lines)
        ]

    def _deed(self, label: str, number: int, line: Line) -> Deed:
        async def deed() -> None:
            earlier = self.said.get((label, line.about), "") if line.about is not None else ""
            match line.act:
                case Act.SAY:
                    where = "" if line.in_channel else label
                    self.said[label, number] = await self.stage.say(line.who, line.text, where, to=earlier if where else "")
                case Act.EDIT:
                    await self.stage.edit(line.who, earlier, line.text)
                case Act.DELETE:
                    await self.stage.delete(line.who, earlier)
                case Act.REACT:
                    await self.stage.react(line.who, earlier, line.text)
                case Act.COMMAND:
                    await self.stage.command(line.who, line.text.removeprefix("/cop "))

        return deed

    def steering(self) -> list[tuple[datetime, Deed]]:
        """What hosts do, and what people do beside talking."""
        stage, said = self.stage, self.said
        extra = "And what did you never call it?"
        deeds: list[tuple[str, Deed]] = [
            ("19:34:30", lambda: stage.press("tom", "I'm listening")),
            ("19:37:05", lambda: stage.command("chloe", "privacy quote=named")),
            ("19:40:05", lambda: stage.at_home("ben", "Quote me without my name")),
            ("19:40:15", lambda: stage.at_home("ben", "Quote me by name")),
            ("19:41:00", lambda: stage.shortcut("aisha", said["Q1", 5], "off-record")),
            ("19:41:30", lambda: stage.shortcut("lucy", said["Q1", 8], "pin")),
            ("19:42:30", lambda: stage.shortcut("sally", said["Q1", 4], "ask")),
            ("19:42:40", lambda: stage.submit("sally", {"question": extra})),
            ("19:44:30", lambda: stage.say("chloe", "Mostly 'the Thursday thing'.", "Extra")),
            ("19:46:10", lambda: stage.mention("sally", "next", "Q1")),
            ("19:49:50", lambda: stage.say("tom", "Ours was organised, and it died of its agenda. @Ben yours too?", "Q2", broadcast=True)),
            ("19:50:10", lambda: stage.press("lucy", "5 minutes more")),
            ("20:07:00", lambda: stage.press("lucy", "Next: Q4")),
            ("20:21:10", lambda: stage.say("lucy", "A4 For us: nine sites, one lead.")),
            ("20:27:00", lambda: stage.command("sally", "close")),
            ("20:27:10", lambda: stage.press("sally", "Close now")),
            ("21:05:00", lambda: stage.say("dev", "Late, and still thinking: @Chloe the word 'protected' did it.", "Q4")),
        ]
        return [(_at(clock), deed) for clock, deed in deeds]

    async def afterwards(self) -> None:
        """The hosts take the transcript away."""
        await self.stage.until(f"{DAY} 21:30")
        await self.stage.command("sally", "transcript")


def _at(clock: str) -> datetime:
    return london(f"{DAY} {clock}")


@dataclass(frozen=True)
class Left:
    """What is left of a chat: the participation log, the transcript, and Maria's calendar entry; ids are people's short names."""

    log: Sequence[Row]
    transcript: str
    calendar: str


async def left_of(stage: Stage) -> Left:
    """Everything that is kept, as the exports and the file in the host's hands give it."""
    rows = await SqlReadings(stage.store).log(list)
    people = await _people(stage)
    log = sorted((_row(row, people, stage) for row in rows), key=lambda row: (row["at"], row["member"], row["kind"]))
    [transcript] = [content.decode() for name, content in stage.files("sally").items() if name.endswith(".md")]
    [calendar] = [content.decode() for name, content in stage.files("maria").items() if name.endswith(".ics")]
    return Left(log, transcript, calendar)


async def _people(stage: Stage) -> dict[str, str]:
    """Pseudonym -> short name."""
    chats = await stage.store.read(lambda uow: uow.chats.in_states(list(State)))
    members = await stage.store.read(lambda uow: uow.members.of_community(chats[0].community))
    return {member.pseudonym: stage.called(member.person.id) for member in members}


def _row(row: Row, people: Mapping[str, str], stage: Stage) -> dict[str, object]:
    """Without ids, and to the second: Slack's own times of what is posted at one instant differ by microseconds."""
    kept = {name: value for name, value in row.items() if name not in {"id", "platform", "chat_id", "message"}}
    at, text = row["at"], row["text"]
    assert isinstance(at, datetime)
    named = (
        re.sub(r"@((?:\w+\.)?U0\w+|\d{18})", lambda found: f"@{stage.called(found[1]).capitalize()}", text)
        if isinstance(text, str)
        else None
    )
    return kept | {
        "at": at.replace(microsecond=0),
        "text": named,
        "member": people[str(row["member"])],
        "replies_to": people.get(str(row["replies_to"])),
    }
