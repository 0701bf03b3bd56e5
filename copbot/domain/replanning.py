"""How hosts bend a plan while a chat runs. Pure: steps in, changed steps out; only steps still due are ever changed.

The questions of a live chat have slots one after the other; the last slot ends where the phase after the questions begins. Bringing a
question forward and extending one take from or give to the last slot, so that take-away and close stay where people expect them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from copbot.domain.step import Step, StepState

LEAST_SLOT = timedelta(minutes=3)
"""``extend`` leaves the last question at least this much."""

IN_QUESTIONS = ("ask", "part_b")
OF_THE_HOUR = ("welcome", "welcome_series", "introduce", "say", "ask", "ask_round", "part_b", "warn", "close", "end")
WHILE_OPEN = (*OF_THE_HOUR, "quiet_host", "quiet", "probes")
"""What happens during the chat itself, in contrast to what comes before and after it."""


ENDS_A_SLOT = ("ask", "ask_round", "say", "close", "end")
"""The time of a question, of its second half or of the take-away round is over with the first of these that comes after it."""


@dataclass(frozen=True, slots=True)
class Extension:
    """What ``extend`` can do: ``changed`` steps, or - if the last question has too little left - ``spare`` minutes at most."""

    changed: tuple[Step, ...] = ()
    spare: timedelta = timedelta()

    @property
    def fits(self) -> bool:
        """Whether the last question had enough to give."""
        return bool(self.changed)


def due(steps: Sequence[Step]) -> list[Step]:
    """Steps that have not happened yet, by time."""
    return sorted((step for step in steps if step.state is StepState.DUE), key=lambda step: (step.due_at, step.id))


def next_question(steps: Sequence[Step]) -> Step | None:
    """The planned question that comes next."""
    return next((step for step in due(steps) if step.does == "ask"), None)


def next_of_the_hour(steps: Sequence[Step]) -> Step | None:
    """What comes next when there is no question left: take-away, close."""
    return next((step for step in due(steps) if step.does in {"ask_round", "close"}), None)


def passed_over(steps: Sequence[Step], coming: Step) -> list[Step]:
    """What was still to happen before a step that is brought forward: it is left out, for after that step it would make no sense."""
    return [step for step in due(steps) if step.does in OF_THE_HOUR and step.due_at < coming.due_at]


def bring_forward(steps: Sequence[Step], now: datetime) -> tuple[Step, ...]:
    """The next question now; later ones move up by as much; what follows the questions stays (T13)."""
    coming = next_question(steps)
    if coming is None:
        return ()
    earlier = max(coming.due_at - now, timedelta())
    return tuple(replace(step, due_at=step.due_at - earlier) for step in _from(steps, coming) if step.does in IN_QUESTIONS)


def extend(steps: Sequence[Step], by: timedelta) -> Extension:
    """Give the current question ``by`` more, taken from the last question as long as that keeps LEAST_SLOT."""
    questions = [step for step in due(steps) if step.does == "ask"]
    if not questions:
        return Extension()
    ends = end_of_questions(steps)
    spare = (ends - questions[-1].due_at - LEAST_SLOT) if ends else by
    if by > spare:
        return Extension(spare=max(spare, timedelta()))
    moved = [replace(step, due_at=step.due_at + by) for step in due(steps) if step.does in IN_QUESTIONS]
    return Extension(tuple(_keep_part_b_inside(step, moved, ends) for step in moved), spare)


def later_close(steps: Sequence[Step], by: timedelta) -> tuple[Step, ...]:
    """Everything of the hour that has not happened, later by as much. What comes after the chat is planned anew from its new end."""
    return tuple(replace(step, due_at=step.due_at + by) for step in due(steps) if step.does in WHILE_OPEN)


def skip(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Leave the next question out, with its second half; its minutes go to the question before it."""
    coming = next_question(steps)
    if coming is None:
        return ()
    return tuple(
        replace(step, state=StepState.SKIPPED) for step in due(steps) if step.does in IN_QUESTIONS and step.number == coming.number
    )


def end_of_questions(steps: Sequence[Step]) -> datetime | None:
    """When the phase after the last question begins."""
    questions = [step for step in steps if step.does == "ask" and step.state in {StepState.DUE, StepState.DONE}]
    if not questions:
        return None
    last = max(step.due_at for step in questions)
    after = [step.due_at for step in steps if step.does in {"ask_round", "say", "close", "end"} and step.due_at > last]
    return min(after, default=None)


def _from(steps: Sequence[Step], first: Step) -> list[Step]:
    return [step for step in due(steps) if step.due_at >= first.due_at]


def _keep_part_b_inside(step: Step, moved: Sequence[Step], ends: datetime | None) -> Step:
    """A second half that would fall out of its question's shortened slot comes halfway through what is left of it."""
    if step.does != "part_b" or ends is None:
        return step
    asks = {other.number: other.due_at for other in moved if other.does == "ask"}
    asked_at = asks.get(step.number)
    over = min([at for at in asks.values() if asked_at and at > asked_at], default=ends)
    if asked_at is None or step.due_at < over - LEAST_SLOT / 3:
        return step
    return replace(step, due_at=asked_at + (over - asked_at) / 2)
