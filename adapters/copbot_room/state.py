"""All that the room remembers, indexed, and written to its disk before it is believed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from copbot.domain.heard import Heard
from copbot_room.disk import Disk, Row
from copbot_room.model import Counter, Entry, OpenForm, Told, Upcoming

VISIBLE = (Entry, Told, OpenForm, Upcoming)
"""What people can see; the rest changes silently."""


class RoomState:
    """Messages, private notes, open forms, the calendar, and what the bot has not yet acknowledged.

    ``newest`` is the number of each channel's last message.
    ``commit`` is the only way to change anything: the disk first, then memory, then whoever watches.
    """

    def __init__(self, disk: Disk) -> None:
        self.entries: dict[str, Entry] = {}
        self.told: dict[str, Told] = {}
        self.forms: dict[str, OpenForm] = {}
        self.upcoming: dict[str, Upcoming] = {}
        self.waiting: dict[int, Heard] = {}
        self.keys: dict[str, str] = {}
        self.newest: dict[str, int] = {}
        self._lines: defaultdict[tuple[str, str | None], list[str]] = defaultdict(list)
        self._counters: defaultdict[str, int] = defaultdict(int)
        self._watchers: set[Callable[[], None]] = set()
        self._disk = disk
        for id, value in disk.load():
            self._believe(type(value), id, value)

    def number(self, series: str) -> int:
        """The next number of a series; remembered with the next commit."""
        self._counters[series] += 1
        return self._counters[series]

    def line(self, channel: str, thread: str | None = None) -> list[Entry]:
        """The messages that stand in a channel or thread, tombstones included, oldest first. A thread's first message is not in it."""
        return [self.entries[id] for id in self._lines.get((channel, thread), ())]

    def replies(self, root: Entry) -> list[Entry]:
        """What stands in the thread of a message, without tombstones."""
        return [entry for entry in self.line(root.channel, root.id) if entry.removed_at is None]

    def commit(
        self, *values: Entry | Told | OpenForm | Upcoming, heard: Sequence[tuple[int, Heard]] = (), drop: Iterable[Row] = ()
    ) -> None:
        """Remember all of it at once. Raises TryLater, with nothing changed, if the disk refuses."""
        rows: list[Row] = [(type(value), id_of(value), value) for value in values]
        rows += [(type(one), str(number), one) for number, one in heard]
        rows += drop
        self._disk.write([*rows, *((Counter, series, Counter(last)) for series, last in self._counters.items())])
        for kind, id, value in rows:
            self._believe(kind, id, value)
        if any(kind in VISIBLE for kind, _, _ in rows):
            self.changed()

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call ``watcher`` after every change."""
        self._watchers.add(watcher)

    def unwatch(self, watcher: Callable[[], None]) -> None:
        """Call it no longer."""
        self._watchers.discard(watcher)

    def changed(self) -> None:
        """Tell whoever watches."""
        for watcher in tuple(self._watchers):
            watcher()

    def close(self) -> None:
        """Let go of the disk."""
        self._disk.close()

    def _believe(self, kind: type[Any], id: str, value: object | None) -> None:
        if isinstance(value, Counter):
            self._counters[id] = value.last
        elif isinstance(value, Entry):
            self._place(value)
        elif kind in VISIBLE:
            shelves: dict[type[Any], dict[str, Any]] = {Told: self.told, OpenForm: self.forms, Upcoming: self.upcoming}
            _put(shelves[kind], id, value)
        else:
            _put(self.waiting, int(id), value)

    def _place(self, entry: Entry) -> None:
        before = self.entries.get(entry.id)
        if before is None:
            self._lines[entry.channel, entry.thread].append(entry.id)
            self.newest[entry.channel] = int(entry.id[1:])
        elif before.key is not None and entry.key is None:
            self.keys.pop(before.key, None)
        self.entries[entry.id] = entry
        if entry.key is not None:
            self.keys[entry.key] = entry.id


def id_of(value: Entry | Told | OpenForm | Upcoming) -> str:
    """What a remembered value is found by; there is one open form a person."""
    match value:
        case Upcoming():
            return value.key
        case OpenForm():
            return value.person
        case _:
            return value.id


def _put(shelf: dict[Any, Any], id: str | int, value: object | None) -> None:
    if value is None:
        shelf.pop(id, None)
    else:
        shelf[id] = value
