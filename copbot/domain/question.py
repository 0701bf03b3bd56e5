"""Question sets: what an admin writes for one chat or series."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class PartB:
    """The planned second half of a question, posted in the same thread ``after`` the first."""

    text: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``minutes`` is its share of a live chat; None in a series."""

    number: int
    text: str
    minutes: int | None = None
    kind: str = "other"
    method: str | None = None
    theme: str | None = None
    part_b: PartB | None = None
    probes: tuple[str, ...] = ()
    if_quiet: str | None = None
    host_note: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """The article that a chat is about."""

    title: str
    authors: str = ""
    year: int | None = None
    journal: str = ""
    doi: str = ""
    link: str = ""
    open_access: bool | None = None
    what_it_says: str = ""
    key_points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Something else to read beforehand."""

    title: str
    link: str


@dataclass(frozen=True, slots=True)
class SuggestedHost:
    """A host whom the set's author had in mind."""

    name: str
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Suggested:
    """Answers filled in beforehand for ``/cop schedule``. Local times in ``time_zone``."""

    date: dt.date | None = None
    starts: dt.time | None = None
    ends: dt.time | None = None
    time_zone: str | None = None
    hosts: tuple[SuggestedHost, ...] = ()


@dataclass(frozen=True, slots=True)
class Theme:
    """A strand of a series."""

    id: str
    title: str
    weeks: str = ""


@dataclass(frozen=True, slots=True)
class ReflectionPlan:
    """Which model of reflection the private follow-ups use, and when they come after the chat."""

    model: str
    first: timedelta | None = None
    every: timedelta | None = None
    then: tuple[timedelta, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions and background for one chat or series."""

    id: str
    title: str
    community: str
    format: str
    hashtag: str = ""
    language: str = "en-GB"
    source: str = ""
    suggested: Suggested = field(default_factory=Suggested)
    paper: Paper | None = None
    pre_reading: tuple[Reading, ...] = ()
    why_it_matters_here: str = ""
    themes: tuple[Theme, ...] = ()
    questions: tuple[Question, ...] = ()
    closing: str = ""
    reflection: ReflectionPlan | None = None
    skip_dates: tuple[dt.date, ...] = ()
    set_agreement: tuple[str, ...] = ()
    question_bank: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    meets_every: timedelta | None = None
