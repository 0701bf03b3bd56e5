"""What one person sees: the room's state as values for the templates, without any HTML but that of the messages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from markupsafe import Markup

from copbot.domain.message import Button
from copbot.domain.place import Place
from copbot.kit.markdown import plain
from copbot_room.model import BOT, Attachment, Channel, Entry, Persona, Told
from copbot_room.people import People, mention_pattern
from copbot_room.rendering import Fragments, Reader

COLOURS = 8
"""Avatar colours in the style sheet."""

SHOWN = 300
"""At most so many messages of one line are shown; the page offers the older ones."""


@dataclass(frozen=True, slots=True)
class Where:
    """Who looks at what: all of it is in the page's address.

    ``side`` is what the right pane shows while no thread is open; ``asked`` if the address names it, so that a narrow page shows it.
    """

    persona: Persona
    channel: str
    thread: str | None = None
    side: str = ""
    asked: bool = False
    whole: bool = False

    def address(self, **changes: Any) -> str:  # noqa: ANN401 - the templates name the fields
        """The address of the page with some of it changed."""
        new = replace(self, **changes)
        side = new.side if new.asked or "side" in changes else None
        query = {"as": new.persona.id, "channel": new.channel, "thread": new.thread, "side": side, "whole": "1" if new.whole else None}
        return "?" + urlencode({key: value for key, value in query.items() if value}, safe="@")


@dataclass(frozen=True, slots=True)
class SeenReaction:
    """An emoji under a message: by how many, whom, and whether by the reader."""

    emoji: str
    count: int
    names: str
    mine: bool


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message or note as the templates show it."""

    id: str
    name: str
    initials: str
    colour: int
    at: datetime
    clock: str
    html: Markup
    lead: bool
    day: str = ""
    bot: bool = False
    own: bool = False
    note: bool = False
    by_room: bool = False
    gone: bool = False
    edited: bool = False
    pinned: bool = False
    title: str = ""
    says_title: bool = False
    raw: str = ""
    buttons: tuple[Button, ...] = ()
    files: tuple[Attachment, ...] = ()
    reactions: tuple[SeenReaction, ...] = ()
    replies: int = 0
    last_reply: str = ""
    repliers: tuple[tuple[str, int], ...] = ()
    quoted: tuple[str, str] | None = None


class Eyes:
    """One person's view of the room."""

    def __init__(self, people: People, where: Where, fragments: Fragments) -> None:
        self._people = people
        self._server = people.server
        self._fragments = fragments
        self.where = where
        self.zone = ZoneInfo(where.persona.time_zone)
        self._reader = Reader(self.zone, self._address, mention_pattern(self._server.settings.personas))

    def line(self, channel: str, thread: str | None = None) -> list[SeenMessage]:
        """What stands in a channel or thread, with this person's notes among it; a thread with its first message."""
        entries: Sequence[Entry] = [entry for entry in self._server.state.line(channel, thread) if self._stands(entry)]
        if thread is not None:
            entries = [self._server.state.entries[thread], *entries]
        notes = [note for note in self._people.told(self.where.persona.id) if (note.channel, note.thread) == (channel, thread)]
        both: list[Entry | Told] = [*entries, *notes]
        ordered = sorted(both, key=lambda one: one.at)
        if not self.where.whole and thread is None:
            ordered = ordered[-SHOWN:]
        return self._seen(ordered, in_thread=thread is not None)

    def older(self, channel: str) -> bool:
        """Whether there is more than is shown."""
        return not self.where.whole and len(self._server.state.line(channel)) > SHOWN

    def name(self, author: str) -> str:
        """A persona's name, or the bot's."""
        found = self._server.personas.get(author)
        return found.name if found else author

    def channel(self, id: str) -> Channel:
        """A channel's title and purpose."""
        return self._server.channel(id)

    def _stands(self, entry: Entry) -> bool:
        return entry.removed_at is None or bool(self._server.state.replies(entry))

    def _seen(self, ordered: Sequence[Entry | Told], *, in_thread: bool) -> list[SeenMessage]:
        seen: list[SeenMessage] = []
        last: Entry | Told | None = None
        for one in ordered:
            message = self._note(one) if isinstance(one, Told) else self._message(one, in_thread=in_thread)
            seen.append(replace(message, lead=not _continues(last, one), day=self._day(last, one)))
            last = one
        return seen

    def _day(self, last: Entry | Told | None, one: Entry | Told) -> str:
        day = one.at.astimezone(self.zone)
        return "" if last and last.at.astimezone(self.zone).date() == day.date() else f"{day:%A %-d %B %Y}"

    def _message(self, entry: Entry, *, in_thread: bool) -> SeenMessage:
        replies = [] if in_thread else self._server.state.replies(entry)
        own = entry.author == self.where.persona.id
        return replace(
            self._base(entry, entry.author),
            bot=entry.by_bot,
            own=own,
            gone=entry.removed_at is not None,
            edited=entry.edited_at is not None and not entry.by_bot,
            pinned=entry.pinned,
            title=entry.title,
            says_title=_says(entry.text, entry.title),
            raw=entry.text if own else "",
            buttons=entry.buttons,
            files=entry.files,
            reactions=self._reactions(entry),
            replies=len(replies),
            repliers=tuple(map(self._face, dict.fromkeys(reply.author for reply in replies)))[:4],
            last_reply=f"{replies[-1].at.astimezone(self.zone):%H:%M}" if replies else "",
            quoted=self._quoted(entry.replies_to),
        )

    def _note(self, note: Told) -> SeenMessage:
        author = "The room" if note.by_room else BOT
        base = self._base(note, author)
        return replace(base, note=True, bot=not note.by_room, by_room=note.by_room, buttons=note.buttons, files=note.files)

    def _base(self, one: Entry | Told, author: str) -> SeenMessage:
        initials, colour = self._face(author)
        clock = f"{one.at.astimezone(self.zone):%H:%M}"
        return SeenMessage(one.id, self.name(author), initials, colour, one.at, clock, self._fragments.of(one, self._reader), lead=True)

    def _face(self, author: str) -> tuple[str, int]:
        """Initials and the number of a colour, in place of a picture."""
        order = [persona.id for persona in self._server.settings.personas]
        colour = order.index(author) % COLOURS if author in order else COLOURS - 1
        return "".join(word[0] for word in self.name(author).split()[:2]).upper(), colour

    def _reactions(self, entry: Entry) -> tuple[SeenReaction, ...]:
        me = self.where.persona.id
        return tuple(SeenReaction(one.emoji, len(one.by), ", ".join(map(self.name, one.by)), me in one.by) for one in entry.reactions)

    def _quoted(self, id: str | None) -> tuple[str, str] | None:
        entry = self._server.state.entries.get(id or "")
        if entry is None:
            return None
        return self.name(entry.author), "deleted" if entry.removed_at else _shortened(plain(entry.text))

    def _address(self, place: Place) -> str:
        side = place.channel.startswith("@")
        return (
            self.where.address(side=place.channel, thread=None) if side else self.where.address(channel=place.channel, thread=place.thread)
        )


def _continues(last: Entry | Told | None, one: Entry | Told) -> bool:
    """Whether a message carries on where its author left off, so that the name need not be said again."""
    if not isinstance(last, Entry) or not isinstance(one, Entry) or one.title or one.replies_to:
        return False
    return last.author == one.author and last.removed_at is None and (one.at - last.at).total_seconds() < 300


def _shortened(text: str, limit: int = 90) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1].rstrip()}…"


def _says(text: str, title: str) -> bool:
    """Whether a message begins with its own title, so that showing both would say it twice. Titles may be cut short."""
    return bool(title) and plain(text).replace("\n", " ").startswith(title.rstrip("…"))
