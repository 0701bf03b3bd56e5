"""Prompt libraries as written (2-domain.md 3.2, 7.2)."""

from typing import Annotated, Literal

from pydantic import Field

from copbot.content.schema_base import FileSpec, Language, Spec, Stage
from copbot.content.values import Id
from copbot.domain.prompt import Autonomy, Prompt

Move = Literal[
    "remind", "welcome", "ground_rules", "introduce", "probe", "clarify", "ground", "connect", "invite", "affirm", "challenge",
    "name_tension", "weave", "refocus", "rest", "hand_over", "commit", "take_away", "reflect", "revisit", "host_tip", "privacy_nudge",
]  # fmt: skip
Signal = Literal[
    "no_answer_yet", "single_voice", "lull", "parallel_answers", "no_example", "agreement_too_quick", "disagreement", "host_heavy",
    "one_member_heavy", "newcomer_unanswered", "newcomer_present", "member_question_unanswered", "fast_flow", "fast_flow_over",
    "running_ahead", "running_over", "time_warning", "halfway", "compound_question", "off_plan", "sustained_exchange",
    "long_silence_async", "week_end", "member_proposes_topic", "community_self_running", "possible_identifier", "possible_jigsaw",
    "follow_up_due",
]  # fmt: skip
PromptModel = Literal[
    "general", "thinking_together", "critical_companionship", "active_learning", "action_learning", "cci",
    "driscoll", "rolfe", "gibbs", "kolb", "johns", "schon", "mezirow", "value_creation",
]  # fmt: skip


class PromptSpec(Spec):
    """One wording of one facilitative move."""

    id: Id
    move: Move
    stage: Stage
    audience: Literal["channel", "thread", "member_dm", "host_dm"]
    autonomy: Literal["clockwork", "auto", "suggest", "host_only", "opt_in"] = Field(description="How far the bot may go by itself")
    text: Annotated[str, Field(min_length=1, max_length=240)] = Field(description="At most 240 characters before filling in")
    model: PromptModel = "general"
    step: str = ""
    mode: Literal["live", "async", ""] = Field(default="", description="Only in chats of this mode")
    signals: list[Signal] = Field(default_factory=list, description="What it suits")

    def value(self) -> Prompt:
        """As the domain has it."""
        return Prompt(**{**dict(self), "autonomy": Autonomy(self.autonomy), "signals": tuple(self.signals)})


class PromptLibrarySpec(FileSpec):
    """What the bot may say to help a conversation along."""

    kind: Literal["prompt_library"]
    id: Id
    language: Language = "en-GB"
    prompts: list[PromptSpec]
