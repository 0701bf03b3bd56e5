"""From a format, a question set and a start to a plan: every step with its instant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from copbot.domain.chat import OPEN_AFTERWARDS
from copbot.domain.follow_up import Stage
from copbot.domain.format import Format, Offset, Phase
from copbot.domain.question import Question, QuestionSet
from copbot.domain.schedule import at_local, local_date, moment, resolve

PANEL_BEFORE = timedelta(minutes=10)
"""The host panel opens backstage this long before the chat."""

SAYS = {
    "announce": "announce",
    "share_reading": "reading",
    "remind": "remind",
    "host_checklist": "host_checklist",
    "welcome": "welcome",
    "introductions": "introduce",
    "present": "say",
    "guest_answers": "say",
    "close": "close",
    "close_round": "say",
    "nudge": "nudge",
    "draft_weave": "draft_weave",
    "draft_transcript": "draft_transcript",
    "nudge_host_summary": "nudge_summary",
    "follow_up": "follow_up",
    "keep_open": "settle",
}
"""Verbs of formats -> what a step does. Verbs that put a question to people are in ASKS."""

ASKS = ("ask_question", "ask_questions", "share", "round")

LATER = ("send_record",)
"""Verbs of shipped formats that plan nothing yet: a member's own record is not made yet."""

COUNTED_IN, HOURS = "counted_in", "hours"
"""In ``about`` of a follow-up that is planned in hours; all others are planned in days."""

STAGES = ((timedelta(days=7), Stage.DAY_1), (timedelta(days=28), Stage.WEEK_2))


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a plan, not stored yet. ``due_at`` is an instant in UTC."""

    key: str
    does: str
    due_at: datetime
    phase: str = ""
    number: int | None = None
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a chat will do, in order of time. Instants are UTC."""

    starts_at: datetime
    ends_at: datetime
    steps: tuple[PlannedStep, ...]


def cannot_host(format: Format) -> tuple[str, ...]:
    """The verbs of a format that cannot be hosted yet; empty if it can be hosted in full."""
    used = {phase.does for phase in (*format.before, *format.during, *format.each_round, *format.after)}
    if format.room:
        used.add(format.room)
    known = {*SAYS, *ASKS, *LATER}
    return tuple(sorted(used - known))


def plan(format: Format, questions: QuestionSet, starts: datetime, zone: ZoneInfo, *, has_guest: bool = False) -> Plan:
    """Plan a chat that starts at a naive local time."""
    starts_at = resolve(starts, zone).at
    if format.each_round:
        return _series(format, questions, starts, zone)
    during = list(_during(format, questions, starts_at, has_guest=has_guest))
    ends_at = starts_at + _length(format)
    steps = [
        *_before(format, starts_at, zone),
        PlannedStep("host_panel", "panel", starts_at - PANEL_BEFORE),
        *during,
        PlannedStep("hour_ends", "end", ends_at),
        *after(format, questions, ends_at, zone),
    ]
    return Plan(starts_at, ends_at, _in_order(steps))


def questions_of(format: Format, questions: QuestionSet) -> tuple[Question, ...]:
    """The numbered questions that a chat of this format puts: the set's, or the format's own sharing phases."""
    if _asks(format):
        return questions.questions
    shared = [phase for phase in format.during if phase.does == "share"]
    return tuple(Question(number, phase.post, _minutes(phase)) for number, phase in enumerate(shared, 1))


def _asks(format: Format) -> bool:
    """Whether the format puts the questions of a set; else its own sharing phases are the questions."""
    return any(phase.does in {"ask_question", "ask_questions"} for phase in (*format.during, *format.each_round))


def _length(format: Format) -> timedelta:
    return format.total or sum((phase.lasts or timedelta() for phase in format.during), timedelta())


def _minutes(phase: Phase) -> int:
    return int((phase.lasts or timedelta()).total_seconds() // 60)


def _in_order(steps: list[PlannedStep]) -> tuple[PlannedStep, ...]:
    return tuple(sorted(steps, key=lambda step: step.due_at))


def _before(format: Format, starts_at: datetime, zone: ZoneInfo) -> Iterator[PlannedStep]:
    for phase in format.before:
        if phase.does in SAYS and phase.when is not None:
            yield PlannedStep(phase.id, SAYS[phase.does], moment(starts_at, phase.when, zone, format.post_at), phase.id)


def _during(format: Format, questions: QuestionSet, starts_at: datetime, *, has_guest: bool) -> Iterator[PlannedStep]:
    """The phases of the chat itself, one after the other; a phase left out gives its time to the questions before it."""
    at = starts_at
    numbers = count(1)
    for phase in format.during:
        lasts = phase.lasts or timedelta()
        if phase.does in {"ask_questions", "ask_question"}:
            yield from _questions(phase, _which(phase, questions), at, lasts)
        elif phase.does == "share" and not _asks(format):
            yield PlannedStep(f"ask:{(number := next(numbers))}", "ask", at, phase.id, number)
        elif phase.does in {"round", "share"}:
            yield PlannedStep(phase.id, "ask_round", at, phase.id, 0)
        elif not (phase.skip_if == "no_guest" and not has_guest):
            yield PlannedStep(phase.id, SAYS.get(phase.does, "say"), at, phase.id)
        at += lasts


def _which(phase: Phase, questions: QuestionSet) -> tuple[Question, ...]:
    return tuple(question for question in questions.questions if not phase.which or question.number in phase.which)


def _questions(phase: Phase, questions: tuple[Question, ...], at: datetime, lasts: timedelta) -> Iterator[PlannedStep]:
    ends = at + lasts
    for question in questions:
        yield PlannedStep(f"ask:{question.number}", "ask", at, phase.id, question.number)
        if question.part_b:
            yield PlannedStep(f"part_b:{question.number}", "part_b", at + question.part_b.after, phase.id, question.number)
        at += timedelta(minutes=question.minutes or 0)
    if phase.warn_before_end:
        yield PlannedStep("warn", "warn", ends - phase.warn_before_end, phase.id)


def after(format: Format, questions: QuestionSet, ends_at: datetime, zone: ZoneInfo) -> Iterator[PlannedStep]:
    """What comes after a chat that ends at an instant (UTC): late answers, follow-ups, reminders to hosts."""
    follow_ups = list(_reflections(questions, ends_at, zone, format))
    settled = False
    for phase in format.after:
        if phase.when is None or phase.does not in SAYS or phase.when.of_next or (phase.does == "follow_up" and follow_ups):
            continue
        due = moment(ends_at, phase.when, zone, format.post_at)
        if phase.does == "keep_open":
            due, settled = due + (phase.stays_open or OPEN_AFTERWARDS), True
        yield PlannedStep(phase.id, SAYS[phase.does], due, phase.id, about=_about(phase.stage, phase.when) if phase.stage else {})
    yield from follow_ups
    if not settled:
        yield PlannedStep("threads_close", "settle", ends_at + OPEN_AFTERWARDS)


def _reflections(questions: QuestionSet, ends_at: datetime, zone: ZoneInfo, format: Format) -> Iterator[PlannedStep]:
    """What the question set says about private reflections wins over the format's own follow-ups."""
    planned = questions.reflection
    for wait in () if planned is None else (*([planned.first] if planned.first else []), *planned.then):
        stage = _stage(wait)
        days = Offset(days=wait.days) if wait >= timedelta(days=2) else Offset(exact=wait)
        yield PlannedStep(f"follow_up:{stage}", "follow_up", moment(ends_at, days, zone, format.post_at), about=_about(stage, days))


def _about(stage: str, when: Offset) -> dict[str, str]:
    """Whoever cannot be written to then is written to at a time that depends on whether the plan counts in hours or in days."""
    return {"stage": stage, COUNTED_IN: HOURS} if when.days is None else {"stage": stage}


def _stage(wait: timedelta) -> Stage:
    return next((stage for under, stage in STAGES if wait < under), Stage.WEEK_6)


def _series(format: Format, questions: QuestionSet, starts: datetime, zone: ZoneInfo) -> Plan:
    """One question a round: same weekday, same local time, also over clock changes; skipped dates move the rest."""
    steps: list[PlannedStep] = []
    days = _round_days(format, questions, starts)
    for question, day in zip(questions.questions, days, strict=False):
        asked_at = at_local(day, starts.time(), zone)
        for phase in format.each_round:
            due = moment(asked_at, phase.when or Offset(days=0), zone, starts.time())
            if phase.does == "ask_question":
                steps.append(PlannedStep(f"ask:{question.number}", "ask", due, phase.id, question.number))
            elif phase.does in SAYS:
                steps.append(PlannedStep(f"{phase.id}:{question.number}", SAYS[phase.does], due, phase.id, question.number))
    asked = [step.due_at for step in steps if step.does == "ask"]
    ends_at = at_local(local_date(asked[-1], zone) + (format.every or timedelta(days=1)), starts.time(), zone)
    steps += [
        PlannedStep("announce", "announce", moment(asked[0], Offset(days=-7), zone, starts.time())),
        PlannedStep("host_panel", "panel", asked[0] - PANEL_BEFORE),
        PlannedStep("open", "welcome_series", asked[0] - timedelta(minutes=1)),
        PlannedStep("goodbye", "close", ends_at - timedelta(minutes=1)),
        PlannedStep("hour_ends", "end", ends_at),
        *_series_reflections(format, questions, days, zone, starts),
        *after(format, questions, ends_at, zone),
    ]
    return Plan(asked[0], ends_at, _in_order(steps))


def _round_days(format: Format, questions: QuestionSet, starts: datetime) -> list[date]:
    every = format.every or timedelta(weeks=1)
    day, days = _first_day(format, starts.date()), list[date]()
    while len(days) < len(questions.questions):
        if day not in questions.skip_dates:
            days.append(day)
        day += every
    return days


def _first_day(format: Format, day: date) -> date:
    while format.post_on and day.strftime("%A") not in format.post_on:
        day += timedelta(days=1)
    return day


def _series_reflections(
    format: Format, questions: QuestionSet, days: list[date], zone: ZoneInfo, starts: datetime
) -> Iterator[PlannedStep]:
    """A reflection after every so many rounds, the day after the round's last day of talk."""
    planned = questions.reflection
    every = format.every or timedelta(weeks=1)
    rounds = int(planned.every / every) if planned and planned.every else 0
    for number in range(rounds, len(days) + 1, rounds) if rounds else ():
        due = at_local(days[number - 1] + every - timedelta(days=1), starts.time(), zone)
        yield PlannedStep(f"follow_up:{Stage.DAY_1}:{number}", "follow_up", due, number=number, about={"stage": Stage.DAY_1})


def next_possible(starts: datetime, now: datetime, zone: ZoneInfo) -> datetime:
    """For a naive local start that has passed: the same clock time on the next day (local) that lies ahead."""
    day = max(local_date(now.astimezone(UTC), zone), starts.date())
    while at_local(day, starts.time(), zone) <= now:
        day += timedelta(days=1)
    return datetime.combine(day, starts.time())
