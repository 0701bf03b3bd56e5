"""How late a step may still happen (3-architecture 6). Late times are measured from the step's due time."""

from datetime import datetime, timedelta

from copbot.domain.format import Mode
from copbot.domain.step import Step

LIVE_QUESTION = timedelta(minutes=10)
LIVE_REMINDER = timedelta(minutes=5)
ASYNC_REMINDER = timedelta(hours=12)

QUESTIONS = ("ask", "ask_round", "part_b")
REMINDERS = ("remind", "warn", "introduce", "say", "nudge", "host_checklist", "draft_weave")
BEFOREHAND = ("announce", "reading", "panel")
"""Useful until the chat begins; everything else happens however late it is."""


def last_moment(step: Step, *, mode: Mode, starts_at: datetime, slot_ends: datetime) -> datetime | None:
    """Until when the step may still be done, or None if always. ``slot_ends`` is when a question's own time is over."""
    if step.does in QUESTIONS:
        if mode is Mode.LIVE:
            return step.due_at + min(LIVE_QUESTION, slot_ends - step.due_at)
        return step.due_at + (slot_ends - step.due_at) / 2
    if step.does in BEFOREHAND:
        return max(starts_at, step.due_at + LIVE_REMINDER)
    if step.does in REMINDERS:
        beforehand = step.due_at < starts_at - timedelta(hours=2)
        return step.due_at + (ASYNC_REMINDER if mode is Mode.ASYNC or beforehand else LIVE_REMINDER)
    return None
