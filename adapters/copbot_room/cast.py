"""Simulated members: people who look at the channel and talk, so that a newcomer does not sit in an empty room.

They know nothing of the bot: like people, they see a question posted and answer it, each other, and the hosts. What they say about a
question set is in ``lines``; when they say it has a little chance in it, which a seed fixes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from copbot_room.lines import GENERIC, HELLOS, LINES, TAKE_AWAYS, Act, Line
from copbot_room.model import Entry
from copbot_room.people import People


@dataclass(order=True, slots=True)
class _Planned:
    at: datetime
    number: int
    line: Line
    thread: str
    index: int


class Cast:
    """Plays everybody in the room but those whom a real person is playing (``absent``)."""

    def __init__(self, people: People, channel: str, question_set: str, *, seed: int) -> None:
        self._people = people
        self._channel = channel
        self._lines = LINES.get(question_set, {})
        self._random = Random(seed)  # noqa: S311 - a rehearsal, not a secret
        self._seen: set[str] = set()
        self._planned: list[_Planned] = []
        self._said: dict[tuple[str, int], str] = {}
        self._count = 0
        self.absent: set[str] = set()

    def next(self) -> datetime | None:
        """When somebody next does something, as far as can be told from what stands in the channel now."""
        self._look()
        return min((planned.at for planned in self._planned), default=None)

    async def play(self, now: datetime) -> int:
        """Let everybody do what they do by ``now``; how many things happened."""
        self._look()
        due = sorted(planned for planned in self._planned if planned.at <= now)
        for planned in due:
            self._planned.remove(planned)
            await self._do(planned)
        return len(due)

    def _look(self) -> None:
        """Take notice of posts of the bot that are new in the channel."""
        for entry in self._people.shown(self._channel):
            if entry.by_bot and entry.id not in self._seen:
                self._seen.add(entry.id)
                self._plan(entry, self._to_say(entry))

    def _to_say(self, entry: Entry) -> Sequence[Line]:
        if entry.opens_thread:
            label = entry.title.split(maxsplit=1)[0] if entry.title else ""
            return self._lines.get(label) or (TAKE_AWAYS if label == "Take-away" else GENERIC)
        return HELLOS if any(button.action == "listening" for button in entry.buttons) and "one line each" in entry.text else ()

    def _plan(self, entry: Entry, lines: Sequence[Line]) -> None:
        for index, line in enumerate(lines):
            self._count += 1
            wait = timedelta(seconds=line.after + self._random.uniform(-4, 8))
            self._planned.append(
                _Planned(entry.at + max(wait, timedelta(seconds=8)), self._count, line, entry.id if entry.opens_thread else "", index)
            )

    async def _do(self, planned: _Planned) -> None:
        line, thread = planned.line, planned.thread or None
        if line.who in self.absent:
            return
        earlier = self._said.get((planned.thread, line.about)) if line.about is not None else None
        match line.act:
            case Act.SAY:
                place = None if line.in_channel else thread
                id = await self._people.say(line.who, self._channel, line.text, place, earlier if place else None)
                self._said[planned.thread, planned.index] = id
            case Act.EDIT if earlier:
                await self._people.edit(line.who, earlier, line.text)
            case Act.DELETE if earlier:
                await self._people.remove(line.who, earlier)
            case Act.REACT if earlier:
                await self._people.react(line.who, earlier, line.text)
            case Act.COMMAND:
                await self._people.command(line.who, self._channel, line.text)
            case _:
                return
