"""The room's part of copbot's settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from copbot.errors import ConfigurationError
from copbot_room.model import BOT, Channel, Persona


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """Who and what is in the room.

    ``path`` is the room's own SQLite file (None: memory only). ``host`` is the name or address that the page is served under; the
    socket accepts pages of this host and of the loopback names only. ``live``: the page is served at all. ``speed`` is how many times
    faster than a wall clock the room's clock runs, for the page to show; 0 means as fast as it can.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    path: str | None = None
    channels: tuple[Channel, ...] = (
        Channel("community", "community", "Where the community of practice meets"),
        Channel("backstage", "backstage", "Hosts only", hosts=True),
    )
    personas: tuple[Persona, ...] = (Persona("sally", "Sally", host=True), Persona("maria", "Maria"), Persona("tom", "Tom"))
    host: str = "127.0.0.1"
    live: bool = True
    speed: float = 1.0


def read_settings(raw: Mapping[str, Any]) -> RoomSettings:
    """The settings, checked. Raises ConfigurationError, one line for each thing to mend."""
    try:
        settings = TypeAdapter(RoomSettings).validate_python(dict(raw))
    except ValidationError as error:
        lines = [f"room.{'.'.join(str(step) for step in one['loc'])}: {one['msg']}" for one in error.errors()]
        raise ConfigurationError("\n".join(lines)) from None
    _check(settings)
    return settings


def _check(settings: RoomSettings) -> None:
    for what, ids in (("channel", [c.id for c in settings.channels]), ("persona", [p.id for p in settings.personas])):
        if not ids:
            raise ConfigurationError(f"room.{what}s: the room needs at least one {what}")
        if len(set(ids)) < len(ids):
            raise ConfigurationError(f"room.{what}s: every {what} needs an id of its own")
        if BOT in ids or any(id.startswith("@") or not id for id in ids):
            raise ConfigurationError(f"room.{what}s: an id is not empty, not {BOT!r} and does not start with '@'")
