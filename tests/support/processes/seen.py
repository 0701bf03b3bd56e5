"""What a campaign needs of a place where chats are held, whichever it is: what ever stood there, and what people can do there."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from copbot.domain.step import Outgoing

Watching = Callable[[int, str], Awaitable[None]]
"""Told of every posting after the message stands there and before it is answered: the bot's process id and the message's key."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message that stands there, or was taken back. ``key``: what the bot posted it under; two with one are one shown twice."""

    id: str
    channel: str
    thread: str | None
    author: str
    at: datetime
    text: str
    key: str | None = None
    by_bot: bool = False
    opens_thread: bool = False
    removed: bool = False


class Exchange(Protocol):
    """A chat server that outlives the bots of a site. ``lost`` is the share of answers that get lost; ``address`` is where bots find it;
    ``speed`` is how many times faster than real time the clock may run there. ``seen`` is everything that ever stood there; ``rows``, all
    that the bots ever meant to post, tell the keys where the place itself does not.
    """

    watching: Watching | None
    lost: float
    speed: float

    @property
    def address(self) -> str: ...
    @property
    def platform(self) -> str: ...
    async def open(self, path: Path) -> None: ...
    async def close(self) -> None: ...
    def hears(self, pid: int) -> bool: ...
    def seen(self, rows: Sequence[Outgoing]) -> Sequence[Seen]: ...
    def folk(self) -> "Folk": ...


class Folk(Protocol):
    """What people do there. What was said is taken when the call returns, or else by the end of ``settle``."""

    async def schedule(self, host: str, channel: str, wish: str) -> None: ...
    def questions(self, channel: str) -> list[str]: ...
    def own(self, who: str, channel: str, question: str) -> list[str]: ...
    async def say(self, who: str, channel: str, text: str, question: str) -> None: ...
    async def edit(self, who: str, channel: str, message: str, text: str) -> None: ...
    async def remove(self, who: str, channel: str, message: str) -> None: ...
    async def settle(self) -> None: ...
