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
    """Plays everybody in the room but those whom a real person plays: who has said something that is not in the lines.

    What they would have done by ``since`` is done.
    """

    def __init__(self, people: People, channel: str, question_set: str, *, seed: int, since: datetime) -> None:
        self._people = people
        self._since = since
        self._channel = channel
        self._lines = LINES.get(question_set, {})
        self._random = Random(seed)  # noqa: S311 - a rehearsal, not a secret
        self._seen: set[str] = set()
        self._planned: list[_Planned] = []
        self._said: dict[tuple[str, int], str] = {}
        self._count = 0
        self._own: set[str] = set()

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
        thread = entry.id if entry.opens_thread else ""
        for index, line in enumerate(lines):
            self._count += 1
            wait = timedelta(seconds=line.after + self._random.uniform(-4, 8))
            planned = _Planned(entry.at + max(wait, timedelta(seconds=8)), self._count, line, thread, index)
            if planned.at > self._since:
                self._planned.append(planned)
            elif line.act is Act.SAY:
                self._remember(planned)

    def _remember(self, planned: _Planned) -> None:
        """Find again what was said before this rehearsal was stopped, so that later lines can reply to it."""
        place = None if planned.line.in_channel else planned.thread or None
        for entry in self._people.shown(self._channel, place):
            if (entry.author, entry.text) == (planned.line.who, planned.line.text):
                self._said[planned.thread, planned.index] = entry.id

    def _is_real(self, who: str) -> bool:
        """Whether a person in front of the page speaks as this one: then nobody speaks for them any more."""
        threads = [None, *(entry.id for entry in self._people.shown(self._channel) if entry.opens_thread)]
        said = (entry for thread in threads for entry in self._people.shown(self._channel, thread))
        return any(entry.author == who and entry.id not in self._own and entry.at > self._since for entry in said)

    async def _do(self, planned: _Planned) -> None:
        line, thread = planned.line, planned.thread or None
        if self._is_real(line.who):
            return
        earlier = self._said.get((planned.thread, line.about)) if line.about is not None else None
        match line.act:
            case Act.SAY:
                place = None if line.in_channel else thread
                id = await self._people.say(line.who, self._channel, line.text, place, earlier if place else None)
                self._said[planned.thread, planned.index] = id
                self._own.add(id)
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
