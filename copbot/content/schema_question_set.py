"""Question sets as written (2-domain.md 7.2)."""

from typing import Annotated, Literal

from pydantic import Field

from copbot.content.schema_base import FileSpec, GroupSizeSpec, Language, ReflectionModel, Spec
from copbot.content.values import Doi, Duration, Id, Line, Link, LocalDate, OptionalLink, Short, Text, TimeOfDay, Zone
from copbot.domain.question import (
    Paper,
    PartB,
    Question,
    QuestionSet,
    Reading,
    ReflectionPlan,
    Suggested,
    SuggestedHost,
    Theme,
)

Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
QuestionKind = Literal["opinion", "examples", "problem", "appraisal", "relevance", "findings", "application", "other"]
Method = Literal["active_learning", "action_learning", "critical_companionship", "claims_concerns_issues", "value_story"]


class HostSpec(Spec):
    """A host whom the author has in mind."""

    name: Line
    handle: str = Field(default="", description='As on the platform, in quotes: "@ada"')


class SuggestedSpec(Spec):
    """Answers filled in beforehand for /cop schedule. Nothing is posted until a host confirms."""

    date: LocalDate | None = Field(default=None, description="Year-month-day")
    day: Day | None = Field(default=None, description="The weekday of the date, as a check")
    starts: TimeOfDay | None = Field(default=None, description='Local time, in quotes: "19:30"')
    ends: TimeOfDay | None = Field(default=None, description="Local time; the length must be the format's")
    time_zone: Zone | None = Field(default=None, description="The community's, if left out")
    hosts: list[HostSpec] = Field(default_factory=list)


class PaperSpec(Spec):
    """The article that the chat is about."""

    title: Text
    authors: str = ""
    year: int | None = Field(default=None, ge=1800, le=2200)
    journal: str = ""
    doi: Doi = Field(default="", description="With or without https://doi.org/")
    link: OptionalLink = ""
    open_access: bool | None = Field(default=None, description="Whether everyone can read it for nothing")
    what_it_says: str = Field(default="", description="In plain words, so that people who have not read it can join in")
    key_points: list[Text] = Field(default_factory=list)

    def value(self) -> Paper:
        """As the domain has it."""
        return Paper(**{**dict(self), "key_points": tuple(self.key_points)})


class ReadingSpec(Spec):
    """Something else to read beforehand."""

    title: Text
    link: Link


class ThemeSpec(Spec):
    """A strand of a series."""

    id: Id
    title: Text
    weeks: str = ""


class PartBSpec(Spec):
    """The planned second half of a question, posted in the same thread."""

    text: Annotated[str, Field(min_length=1, max_length=300)]
    after: Duration = Field(description='How long after the question: "8 min"')


class QuestionSpec(Spec):
    """One question."""

    number: int = Field(ge=1, le=20, description="1, 2, 3 ... without gaps")
    text: Annotated[str, Field(min_length=1, max_length=300)] = Field(description="What people read")
    minutes: int | None = Field(default=None, ge=3, le=30, description="Its share of a live chat")
    kind: QuestionKind = "other"
    method: Method | None = None
    theme: Id | None = Field(default=None, description="The id of one of the themes")
    part_b: PartBSpec | None = None
    probes: list[Short] = Field(default_factory=list, max_length=5, description="Further questions, offered to the hosts")
    if_quiet: Short | None = Field(default=None, description="Said once when nobody has answered for a while")
    host_note: Text | None = Field(default=None, description="Seen by hosts only")

    def value(self) -> Question:
        """As the domain has it."""
        part_b = PartB(self.part_b.text, self.part_b.after) if self.part_b else None
        return Question(**{**dict(self), "part_b": part_b, "probes": tuple(self.probes)})


class ClosingSpec(Spec):
    """What to say at the end."""

    text: Text


class ReflectionSpec(Spec):
    """The private reflections that follow, for those who asked for them."""

    model: ReflectionModel
    first: Duration | None = Field(default=None, description='How long after the chat: "24 hours"')
    every: Duration | None = Field(default=None, description='In a series: "4 weeks"')
    then: list[Duration] = Field(default_factory=list)


class MeetsSpec(Spec):
    """How often a set meets, and how many belong to it."""

    every: Duration
    members: GroupSizeSpec | None = None


class QuestionSetSpec(FileSpec):
    """Questions and background for one chat or series."""

    kind: Literal["question_set"]
    id: Id = Field(description="Letters, digits and hyphens")
    title: Line
    community: Line = Field(description="The id of a community")
    format: Line = Field(description="The id of a format")
    hashtag: Annotated[str, Field(pattern=r"^(#\w+)?$")] = Field(default="", description='In quotes: "#ResNetSLT"')
    language: Language = "en-GB"
    source: str = ""
    suggested: SuggestedSpec = Field(default_factory=SuggestedSpec)
    paper: PaperSpec | None = None
    pre_reading: list[ReadingSpec] = Field(default_factory=list)
    why_it_matters_here: str = ""
    themes: list[ThemeSpec] = Field(default_factory=list)
    questions: list[QuestionSpec] = Field(default_factory=list, max_length=20)
    closing: ClosingSpec | None = None
    reflection: ReflectionSpec | None = None
    skip_dates: list[LocalDate] = Field(default_factory=list, description="Days without a question, in a series")
    set_agreement: list[Short] = Field(default_factory=list, description="The ground rules of an action learning set")
    meets: MeetsSpec | None = None
    question_bank: dict[str, list[Short]] = Field(default_factory=dict, description="Good questions, shown only when asked for")

    def value(self) -> QuestionSet:
        """As the domain has it."""
        suggested = self.suggested
        return QuestionSet(
            id=self.id,
            title=self.title,
            community=self.community,
            format=self.format,
            hashtag=self.hashtag,
            language=self.language,
            source=self.source,
            suggested=Suggested(
                suggested.date,
                suggested.starts,
                suggested.ends,
                suggested.time_zone,
                tuple(SuggestedHost(host.name, host.handle) for host in suggested.hosts),
            ),
            paper=self.paper.value() if self.paper else None,
            pre_reading=tuple(Reading(reading.title, reading.link) for reading in self.pre_reading),
            why_it_matters_here=self.why_it_matters_here,
            themes=tuple(Theme(theme.id, theme.title, theme.weeks) for theme in self.themes),
            questions=tuple(question.value() for question in self.questions),
            closing=self.closing.text if self.closing else "",
            reflection=_reflection(self.reflection),
            skip_dates=tuple(self.skip_dates),
            set_agreement=tuple(self.set_agreement),
            question_bank={name: tuple(questions) for name, questions in self.question_bank.items()},
            meets_every=self.meets.every if self.meets else None,
        )


def _reflection(spec: ReflectionSpec | None) -> ReflectionPlan | None:
    return ReflectionPlan(spec.model, spec.first, spec.every, tuple(spec.then)) if spec else None
