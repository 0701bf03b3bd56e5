"""Formats as written (2-domain.md 2 and 7.2)."""

from datetime import time
from typing import Annotated, Literal

from pydantic import Field

from copbot.content.schema_base import FileSpec, GroupSizeSpec, Spec
from copbot.content.schema_question_set import Day
from copbot.content.values import Duration, Id, Line, Name, OptionalId, TimeOfDay, When
from copbot.domain.community import QuietHours
from copbot.domain.format import Budget, Format, GroupSize, IfQuiet, Log, Mode, Phase

Does = Literal[
    "announce", "remind", "welcome", "close", "close_round", "share_reading", "invite",
    "ask_question", "ask_questions",
    "round", "share", "introductions", "progress_round", "discuss",
    "present", "respond", "guest_answers",
    "questions",
    "private_write", "reveal",
    "pairs",
    "vote", "choose_presenter", "cluster",
    "silence",
    "commit",
    "host_checklist", "draft_transcript", "draft_weave", "nudge_host_summary", "send_record", "follow_up", "keep_open",
    "checklist", "agree", "card", "nudge",
]  # fmt: skip
Who = Literal[
    "everyone", "host", "facilitator", "guest", "presenter", "set_members", "team", "pairs", "pair", "small_groups", "one_per_group"
]
Audience = Literal["channel", "thread", "hosts", "each_participant", "opted_in", "presenter", ""]
PhaseStage = Literal["before", "opening", "during", "closing", "day_1", "week_2", "week_6", "quarter", ""]
Need = Literal["paper", "set_agreement", "anonymity_check"]
Post = Annotated[str, Field(max_length=300)]


class QuietHoursSpec(Spec):
    """No unasked post and no private message between these local times."""

    start: TimeOfDay = Field(alias="from")
    end: TimeOfDay = Field(alias="to")
    weekends: bool = Field(default=False, description="Quiet at weekends too")

    def value(self) -> QuietHours:
        """As the domain has it."""
        return QuietHours(self.start, self.end, self.weekends)


class IfQuietSpec(Spec):
    """What may be said when nobody has answered for a while."""

    after: Duration
    use: list[Id] = Field(default_factory=list, description="Prompt ids")


class PhaseSpec(Spec):
    """One step: `lasts` during the chat, `when` before and after it."""

    id: Name
    does: Does
    lasts: Duration | None = None
    when: When | None = None
    who: Who = "everyone"
    others: Literal["silent", ""] = ""
    post: Post = Field(default="", description="What the bot says")
    prompt: OptionalId = Field(default="", description="Or the id of a prompt")
    also: list[Id] = Field(default_factory=list, description="Prompts posted right after it")
    rule: Literal["facts_only", "open_questions_only", ""] = ""
    pace: str = ""
    if_quiet: IfQuietSpec | None = None
    next: Literal["at_time_or_host", "at_time", "host", ""] = ""
    only_if: Literal["fewer_than_3_voices", "parallel_answers", "presenter_says_yes", ""] = ""
    skip_if: Literal["no_guest", ""] = ""
    saves: Literal["commitment", ""] = ""
    audience: Audience = ""
    stage: PhaseStage = ""
    which: list[int] = Field(default_factory=list, description="The numbers of the questions asked in this step")
    stays_open: Duration | None = Field(default=None, alias="for", description="How long the threads stay open")
    warn_before_end: Duration | None = None
    votes_each: int | None = Field(default=None, ge=1, le=10)
    size: int | None = Field(default=None, ge=2, le=12, description="People in a group")
    companion_card: Post = ""
    practitioner_card: Post = ""

    def value(self) -> Phase:
        """As the domain has it."""
        quiet = IfQuiet(self.if_quiet.after, tuple(self.if_quiet.use)) if self.if_quiet else None
        return Phase(**{**dict(self), "if_quiet": quiet, "also": tuple(self.also), "which": tuple(self.which)})


class BudgetSpec(Spec):
    """How often the bot may speak unasked; the community's level where left out."""

    unasked_posts_per_question: int | None = Field(default=None, ge=0)
    unasked_posts_per_hour: int | None = Field(default=None, ge=0)
    gap: Duration | None = None


class FormatSpec(FileSpec):
    """The timed plan of a chat."""

    kind: Literal["format"]
    id: Id
    title: Line
    source: str = ""
    mode: Literal["live", "async", "pair"] = Field(description="At the same time, each in their own time, or two people")
    total: Duration | None = Field(default=None, description="The sum of `lasts` in `during`")
    group_size: GroupSizeSpec = Field(default_factory=GroupSizeSpec)
    roles: list[Name] = Field(default_factory=list)
    room: Literal["private_thread", "private_pair", ""] = ""
    log: Literal["activity", "presence_only", "nothing"] = Field(default="activity", description="What may be written down about people")
    rules: list[Name] = Field(default_factory=list)
    needs: list[Need] = Field(default_factory=list, description="What the question set must have")
    before: list[PhaseSpec] = Field(default_factory=list)
    during: list[PhaseSpec] = Field(default_factory=list)
    each_round: list[PhaseSpec] = Field(default_factory=list, description="Of a series, for each question")
    after: list[PhaseSpec] = Field(default_factory=list)
    budget: BudgetSpec = Field(default_factory=BudgetSpec)
    every: Duration | None = Field(default=None, description="Of a series")
    post_at: TimeOfDay = Field(default=time(12, 30), description="Local time of posts that are counted in days")
    post_on: list[Day] = Field(default_factory=list)
    quiet_hours: QuietHoursSpec | None = None
    odd_numbers: Literal["make_a_three", ""] = ""

    def value(self) -> Format:
        """As the domain has it."""
        phases = {name: tuple(phase.value() for phase in getattr(self, name)) for name in ("before", "during", "each_round", "after")}
        return Format(
            id=self.id,
            title=self.title,
            mode=Mode(self.mode),
            total=self.total,
            source=self.source,
            group_size=GroupSize(**dict(self.group_size)),
            roles=tuple(self.roles),
            room=self.room,
            log=Log(self.log),
            rules=tuple(self.rules),
            needs=tuple(self.needs),
            **phases,
            budget=Budget(**dict(self.budget)),
            every=self.every,
            post_at=self.post_at,
            post_on=tuple(self.post_on),
            quiet_hours=self.quiet_hours.value() if self.quiet_hours else None,
            odd_numbers=self.odd_numbers,
        )
