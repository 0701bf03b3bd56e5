"""One batch of what was heard, in one transaction: interactions first, then what people said, by set."""

from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from typing import TypeGuard

from copbot.domain.chat import HEARING
from copbot.domain.heard import Commanded, Edited, Happening, Heard, Removed, Request, Said, Submitted
from copbot.domain.message import Message, Nothing, Private, Reply
from copbot.domain.place import Person, Place
from copbot.ports.library import Library
from copbot.services import commands, following_up, gaps, listening, naming, writing_back
from copbot.services.desk import Desk

SHOWN_AFTER = timedelta(minutes=1)
"""A message that is older than this stands in its platform's history, if it stands at all."""

SHOWN_FOR = timedelta(hours=20)
"""A workspace's own rules for keeping messages let go of none sooner: the shortest time that Slack offers is a day."""


def take(desk: Desk, batch: Sequence[Heard]) -> list[Reply]:
    """What to tell for each event, in order. Interactions handled before are not handled again."""
    interactions = [heard for heard in batch if isinstance(heard, Request)]
    fresh = desk.uow.interactions.new([heard.id for heard in interactions], desk.now) if interactions else set()
    replies: dict[int, Reply] = {}
    for heard in interactions:
        if heard.id in fresh:
            fresh.discard(heard.id)
            replies[id(heard)] = commands.handle(desk, heard)
    channels = writing_back.channels(desk)
    happenings = [heard for heard in batch if isinstance(heard, Happening)]
    said = [heard for heard in happenings if not (_is_private(heard, channels) and following_up.heard_privately(desk, heard))]
    if said:
        listening.hear(desk, said)
    nothing = Nothing()
    return [replies.get(id(heard), nothing) for heard in batch] if replies else [nothing] * len(batch)


def picked(heard: Request) -> list[Person]:
    """The people whom somebody chose in a form, or mentions by account in a command."""
    if isinstance(heard, Commanded):
        mentioned = [Person(heard.person.platform, word[1:]) for word in heard.text.split() if word.startswith("@") and word[1:]]
        return [*mentioned, *(Person(found[1], found[2]) for found in naming.PICKED_IN_WORDS.finditer(heard.text))]
    values = heard.fields.values() if isinstance(heard, Submitted) else ()
    return [person for value in values for name in value.split(",") if (person := naming.picked_person(name.strip())) is not None]


def _is_private(heard: Happening, channels: Set[tuple[str, str]]) -> TypeGuard[Said]:
    return isinstance(heard, Said) and (heard.place.platform, heard.place.channel) not in channels


def park(desk: Desk, heard: Happening, error: str) -> None:
    """Remember where an event was that could not be stored: its address and the kind of error, nothing of its content."""
    place = getattr(heard, "place", None)
    if place is not None:
        name = f"parked:{place.platform}:{place.channel}:{place.thread or ''}:{getattr(heard, 'message', '')}"
        desk.uow.facts.put(name, f"{type(heard).__name__} {error}")


def missing(desk: Desk, place: Place, since: datetime, until: datetime, shown: Sequence[Happening]) -> list[Removed]:
    """The messages of a place that are stored and that its whole history, read from ``until`` on, does not show: somebody took them back.

    Neither the newest, which a platform may not show yet, nor those of earlier days, which the platform may have let go of by itself.
    """
    first, last = max(since, until - SHOWN_FOR), until - SHOWN_AFTER
    stand = {event.message for event in shown if isinstance(event, Said | Edited)}
    rows = [row for chat in desk.uow.chats.in_places([place.top], HEARING) for row in desk.uow.responses.of_chat(chat.id)]
    stored = {row.message.message for row in rows if row.message is not None and row.place == place and first < row.at < last}
    return [Removed(desk.now, place, message) for message in sorted(stored - stand)]


def note_gap(desk: Desk, place: Place, since: datetime) -> None:
    """The history of a place could not be read: the transcripts of the chats there say what they may lack."""
    for chat in desk.uow.chats.in_places([place.top], HEARING):
        gaps.note(desk, chat, place, since, desk.now)


def fill_gap(desk: Desk, place: Place, since: datetime, until: datetime) -> None:
    """The history of a place was read, whole: what could not be read of it earlier is not missing any more."""
    for chat in desk.uow.chats.in_places([place.top], HEARING):
        gaps.fill(desk, chat, place, since, until)


def apology(library: Library) -> Reply:
    """What a person is told if copbot itself failed."""
    return Private(Message(library.say("apology")))
