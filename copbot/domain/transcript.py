"""Transcripts: what was said in a chat, by question, as far as it was kept and may be quoted (2-domain 1.3, 6.2, 6.7)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from copbot.domain.consent import NAMED, NEVER, NO_NAME

BOT = "copbot"
HOST = "Host"
SOMEBODY = "A member"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was said. ``to`` is who it replies to, ``part`` "b" for an answer to a second half; ``at`` is UTC or not told."""

    author: str
    text: str
    at: datetime | None = None
    part: str = ""
    to: str = ""
    is_host: bool = False
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A question with what was said to it. ``untold`` counts responses whose words were not kept or may not be quoted."""

    label: str
    text: str
    asked_at: datetime | None = None
    part_b: str = ""
    lines: tuple[Line, ...] = ()
    untold: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """From when until when (UTC) nothing could be heard, so that something may be missing."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Transcript:
    """A whole chat. Instants are UTC; ``time_zone`` is where its wall clock hangs. ``chatham_house``: no names, no times of lines."""

    chat: int
    community: str
    title: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    hashtag: str = ""
    hosts: tuple[str, ...] = ()
    paper: str = ""
    sections: tuple[Section, ...] = ()
    gaps: tuple[Gap, ...] = ()
    chatham_house: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its times are shown."""
        return ZoneInfo(self.time_zone)

    @property
    def untold(self) -> int:
        """Responses whose words are not in it."""
        return sum(section.untold for section in self.sections)


@dataclass(frozen=True, slots=True)
class Author:
    """Who said something: ``quote`` is their explicit choice about being quoted, "" if they made none."""

    member: int
    name: str
    quote: str = ""
    is_host: bool = False


def may_quote(author: Author) -> bool:
    """Whether the author's kept words may stand in a transcript. Only an explicit ``never`` takes them out:
    text is kept for the transcript in the first place, and it stands there without a name unless they chose otherwise.
    """
    return author.quote != NEVER


def names_of(authors: Iterable[Author], *, chatham_house: bool = False) -> dict[int, str]:
    """Each member's one name in a transcript: hosts their own, others theirs if they chose so, else a number in order of appearance."""
    names: dict[int, str] = {}
    numbered = 0
    for author in authors:
        if author.member in names:
            continue
        names[author.member] = SOMEBODY if chatham_house else _own_name(author)
        if not names[author.member]:
            numbered += 1
            names[author.member] = f"Member {numbered}"
    return names


def without_names(text: str, known: Mapping[str, str]) -> str:
    """The text with each ``@name`` of somebody the transcript shows under another name replaced by that one.

    ``known`` gives for the names of people in the community what they are called in the transcript.
    """
    if "@" not in text:
        return text
    called = {name.casefold(): shown for name, shown in known.items() if name.casefold() != shown.casefold()}
    if not called:
        return text
    names = "|".join(re.escape(name) for name in sorted(called, key=len, reverse=True))
    return re.sub(rf"@({names})(?!\w)", lambda found: f"@{called[found[1].casefold()]}", text, flags=re.IGNORECASE)


def _own_name(author: Author) -> str:
    if author.quote == NAMED or (author.is_host and author.quote != NO_NAME):
        return author.name
    return HOST if author.is_host else ""
