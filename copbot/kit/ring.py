"""What copbot began to post in a channel, kept over a restart: written before the platform is asked, completed after it has answered.

No platform keeps our keys for long. So what stands here with an ``id`` is posted, what stands here without one may be, and what does not
stand here was never begun. The sender has one row at a time under way in a channel, and asks about that one until it is clear: so a
short ring is enough. Should two processes write at once, what one of them wrote may be lost; then what its post itself carries is what is
left to find it by.
"""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Any

from copbot.ports.keeping import Keeping

LENGTH = 64
"""Posts remembered for a channel."""


@dataclass(frozen=True, slots=True)
class Begun:
    """One post, or one file, of the message with this ``key``: the ``part``-th, counted from 1, of ``parts``.

    ``at`` is when it was begun, by copbot's clock, in UTC; ``id`` is None until the platform has said that it stands there. ``opens``:
    the message opens a thread, with this ``title``. ``thread`` is the thread that this part stands in, if it does; ``file`` the name of a
    file that is a post of its own: it follows the posts of its message and has the ``id`` of the first of them. ``looks`` is a hash of
    what people see, where a post has nothing else to be found by.
    """

    key: str
    part: int
    parts: int
    at: datetime
    thread: str | None = None
    id: str | None = None
    opens: bool = False
    title: str = ""
    file: str = ""
    looks: str = ""


class Ring:
    """The posts of each channel, oldest first. Read again for each question: another process may have written meanwhile."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    async def of(self, channel: str, key: str) -> dict[int, Begun]:
        """The parts of a message that were begun, by their numbers."""
        return {begun.part: begun for begun in await self._read(channel) if begun.key == key}

    async def begin(self, channel: str, new: Begun) -> Begun | None:
        """Remember something as the newest, unless it stands here: then nothing is done, and what stands here is given."""
        ring = await self._read(channel)
        earlier = next((begun for begun in ring if (begun.key, begun.part) == (new.key, new.part)), None)
        if earlier is None:
            await self._write(channel, [*ring, new])
        return earlier

    async def put(self, channel: str, *new: Begun) -> None:
        """Remember, in place of what was known of the same parts; else as the newest."""
        ring = {(begun.key, begun.part): begun for begun in await self._read(channel)}
        ring.update({(begun.key, begun.part): begun for begun in new})
        await self._write(channel, list(ring.values()))

    async def drop(self, channel: str, old: Begun) -> None:
        """Remember it no longer: it was certainly not posted. If it was begun anew meanwhile, by another process, that stays."""
        await self._write(channel, [begun for begun in await self._read(channel) if begun != old])

    async def drop_posted(self, channel: str, id: str) -> None:
        """Let the key of a post that has been deleted be used again."""
        await self._write(channel, [begun for begun in await self._read(channel) if begun.id != id])

    async def before(self, channel: str, later: Begun) -> str:
        """The newest ``id`` of those begun before this one, by the platform's clock, which need not agree with ours; else empty.

        Ids are digits: of two, the longer, else the later in order, is the newer.
        """
        known = takewhile(lambda begun: (begun.key, begun.part) != (later.key, later.part), await self._read(channel))
        return max((begun.id for begun in known if begun.id), key=lambda id: (len(id), id), default="")

    async def posted(self, channel: str) -> frozenset[str]:
        """The ids of all that is known to stand there."""
        return frozenset(begun.id for begun in await self._read(channel) if begun.id)

    async def _read(self, channel: str) -> list[Begun]:
        kept = await self._keeping.get(_name(channel))
        return [_begun(row) for row in json.loads(kept)] if kept else []

    async def _write(self, channel: str, ring: Sequence[Begun]) -> None:
        rows = [_row(begun) for begun in ring[-LENGTH:]]
        await self._keeping.put(_name(channel), json.dumps(rows, separators=(",", ":")).encode())


@dataclass(frozen=True, slots=True)
class Shape:
    """What a message consists of beside its first post: a thread's ``title``, the ids of its other posts, the ids of its files.

    ``turn`` counts how often it has become shorter: where a platform remembers keys, what is posted behind it anew has other ones.
    """

    title: str = ""
    more: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    turn: int = 0

    def with_part(self, part: int, id: str) -> "Shape":
        """The same with its ``part``-th post, the second or a later one, known."""
        return replace(self, more=(*self.more[: part - 2], id))


class Shapes:
    """The shapes of those messages that are more than one post without a title."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    async def of(self, channel: str, id: str) -> Shape:
        """The shape of the message that begins with this post."""
        kept = await self._keeping.get(_shape_name(channel, id))
        if kept is None:
            return Shape()
        title, more, files, *turn = json.loads(kept)
        return Shape(title, tuple(more), tuple(files), *turn)

    async def put(self, channel: str, id: str, shape: Shape) -> None:
        """Remember it, if there is anything to remember."""
        if shape == Shape():
            await self._keeping.forget(_shape_name(channel, id))
        else:
            await self._keeping.put(_shape_name(channel, id), json.dumps(astuple(shape)).encode())


def _name(channel: str) -> str:
    return f"posts:{channel}"


def _shape_name(channel: str, id: str) -> str:
    return f"shape:{channel}:{id}"


def _row(begun: Begun) -> list[Any]:
    it = begun
    return [it.key, it.thread, it.id, it.part, it.parts, it.at.isoformat(), it.opens, it.title, it.file, it.looks]


def _begun(row: list[Any]) -> Begun:
    key, thread, id, part, parts, at, opens, title, file, *looks = row  # rows that an earlier copbot wrote have no looks
    return Begun(key, part, parts, datetime.fromisoformat(at), thread, id, opens, title, file, *looks)
