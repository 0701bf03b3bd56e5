"""A plan in words: what a host reads in drafts, previews and the panel."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from copbot.domain.plan import PlannedStep, questions_of
from copbot.domain.step import Step, StepState
from copbot.ports.library import Edition

WORDS = {
    "announce": "announcement",
    "reading": "reading for everybody",
    "remind": "reminder",
    "host_checklist": "checklist, to hosts only",
    "panel": "host panel opens backstage",
    "welcome": "welcome, and what is kept",
    "welcome_series": "welcome, and what is kept",
    "introduce": "hellos",
    "ask_round": "take-away round",
    "warn": "time warning in the thread",
    "close": "thanks and close",
    "end": "end; threads stay open for late answers",
    "settle": "late answers are in",
    "draft_transcript": "draft transcript, to hosts only",
    "nudge_summary": "reminder to write the summary, to hosts only",
    "draft_weave": "time to weave the week together, to hosts only",
    "nudge": "midweek prompt, if it is needed",
    "follow_up": "private reflection, to those who asked for it",
}
OUTCOMES = {StepState.DONE: "done", StepState.SKIPPED: "left out", StepState.EXPIRED: "missed", StepState.CANCELLED: "cancelled"}
BACKGROUND = ("quiet_host", "quiet", "probes")
"""Steps that only happen if they are called for; they are no part of what a host reads."""


@dataclass(frozen=True, slots=True)
class Line:
    """One step in words. ``outcome`` is empty while it is still to come."""

    at: datetime
    words: str
    outcome: str = ""

    @property
    def plain(self) -> str:
        """The words without Markdown, for a terminal."""
        return self.words.replace("**", "")


def agenda(steps: Iterable[Step | PlannedStep], edition: Edition) -> list[Line]:
    """The steps in words, by time."""
    shown = [step for step in steps if step.does not in BACKGROUND]
    return [Line(step.due_at, _words(step, edition), _outcome(step)) for step in sorted(shown, key=lambda step: step.due_at)]


def _outcome(step: Step | PlannedStep) -> str:
    return OUTCOMES.get(step.state, "") if isinstance(step, Step) else ""


def _words(step: Step | PlannedStep, edition: Edition) -> str:
    if step.does in {"ask", "part_b"}:
        question = next((one for one in questions_of(edition.format, edition.question_set) if one.number == step.number), None)
        if question is not None and step.does == "ask":
            return f"**Q{question.number}** {question.text}"
        if question is not None and question.part_b is not None:
            return f"**Q{question.number}b** {question.part_b.text}"
    return WORDS.get(step.does) or step.phase.replace("_", " ")
