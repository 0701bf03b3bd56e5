"""One batch of happenings, sorted: each message once, in its newest version; what was removed; who came and went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from copbot.domain.heard import Edited, Happening, Joined, Left, Removed, Said
from copbot.domain.place import Person, Place
from copbot.domain.response import MessageKey


class Post(NamedTuple):
    """A message of somebody's. ``at`` is when it was first said; ``edited_at`` and ``version`` are of its last edit (0: never edited).

    ``thread`` is what its thread is named by, as a message: in Slack that is the one that started it.
    """

    key: MessageKey
    at: datetime
    place: Place
    person: Person
    text: str
    mentions: tuple[Person, ...]
    replies_to: MessageKey | None
    thread: MessageKey | None
    has_files: bool = False
    name: str = ""
    version: int = 0
    edited_at: datetime | None = None


_Told = tuple[MessageKey, datetime, Place, Person, str, tuple[Person, ...], MessageKey | None, MessageKey | None]


@dataclass(frozen=True, slots=True)
class Sifted:
    """A batch, sorted. ``posts`` are in the order in which their messages were first heard of."""

    posts: tuple[Post, ...]
    removed: tuple[Removed, ...]
    moves: tuple[Joined | Left, ...]


def key_of(place: Place, message: str) -> MessageKey:
    """What a message in that place (a channel or a thread of it) is."""
    return MessageKey(place.platform, place.channel, message)


def sift(batch: Sequence[Happening]) -> Sifted:
    """Sort a batch. Of one message only the highest version is kept, and none if the batch also removes it."""
    posts: dict[MessageKey, Post] = {}
    removed: dict[MessageKey, Removed] = {}
    moves: list[Joined | Left] = []
    for event in batch:
        match event:
            case Said() | Edited():
                post = _said(event) if isinstance(event, Said) else _edited(event)
                known = posts.setdefault(post.key, post)
                if post.version > known.version:
                    posts[post.key] = post
            case Removed():
                removed[key_of(event.place, event.message)] = event
            case Joined() | Left():
                moves.append(event)
            case _:
                pass
    left = tuple(post for key, post in posts.items() if key not in removed) if removed else tuple(posts.values())
    return Sifted(left, tuple(removed.values()), tuple(moves))


def _said(event: Said) -> Post:
    return Post(*_told(event, event.at), event.has_files, event.name)


def _edited(event: Edited) -> Post:
    return Post(*_told(event, event.said_at), name=event.name, version=event.version, edited_at=event.at)


def _told(event: Said | Edited, at: datetime) -> _Told:
    """What both tell, in the order of a Post."""
    platform, channel, thread = event.place
    return (
        MessageKey(platform, channel, event.message),
        at,
        event.place,
        event.person,
        event.text,
        event.mentions,
        None if event.replies_to is None else MessageKey(platform, channel, event.replies_to),
        None if thread is None else MessageKey(platform, channel, thread),
    )
