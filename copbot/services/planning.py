"""Scheduling: from a form to a draft that shows every step with its time, and from a confirmed draft to steps that will happen."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from copbot.domain import plan as plans
from copbot.domain.chat import AHEAD, Chat, Role, RoleInChat, State
from copbot.domain.community import Community
from copbot.domain.member import Member
from copbot.domain.message import Message
from copbot.domain.place import Place
from copbot.domain.question import QuestionSet
from copbot.domain.schedule import Oddity, resolve
from copbot.domain.step import Outgoing, Step, StepState, Verb, channel_lane
from copbot.errors import WrongState
from copbot.services import naming, nearest, outgoing
from copbot.services.desk import Desk

COME_AGAIN = ("remind", "host_checklist", "panel")
DRAFT_IN_FORM = ("set", "date", "time", "zone", "with", "in")
"""The fields of the scheduling form, and the options of ``/cop schedule``."""


DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
TIME = re.compile(r"(\d{1,2}):(\d{2})")
LOOSE_TIME = re.compile(r"(\d{1,2})[.:h](\d{2})\s*(pm)?", re.IGNORECASE)
FURTHEST = timedelta(days=731)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a host asked for: a question set, a naive local start and its zone, and the people who host with them."""

    question_set: QuestionSet
    starts: datetime
    zone: str
    cohosts: tuple[str, ...] = ()


class Wrong(Exception):
    """What to mend: ``errors`` maps a field to what is wrong with it and what to write instead."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Caution:
    """Something a host should know before confirming."""

    text: str


def understand(desk: Desk, community: Community, fields: Mapping[str, str]) -> Wish:
    """Read the fields of the form (or the options of the command). Raises Wrong with every field that needs mending."""
    errors: dict[str, str] = {}
    found = _question_set(desk, community, fields.get("set", ""), errors)
    zone = _zone(fields.get("zone") or community.time_zone, errors)
    day = _date(fields.get("date", ""), errors)
    clock = _time(fields.get("time", ""), errors)
    if errors or found is None or day is None or clock is None or zone is None:
        raise Wrong(errors)
    starts = datetime.combine(day, clock)
    refuse_past(desk, starts, zone)
    cohosts = tuple(name.strip().lstrip("@") for name in fields.get("with", "").split(",") if name.strip())
    return Wish(found, starts, zone.key, cohosts)


def _question_set(desk: Desk, community: Community, id: str, errors: dict[str, str]) -> QuestionSet | None:
    sets = {one.id: one for one in desk.library.question_sets(community.id)}
    found = sets.get(id)
    if found is None:
        near = nearest.nearest(id, sets)
        hint = (
            f"did you mean {near}?"
            if near
            else f"choose one of: {', '.join(sorted(sets)) or '(none yet: an admin adds them in config/question-sets)'}"
        )
        errors["set"] = f"There is no question set “{id}” for {community.name}; {hint}"
        return None
    format = desk.library.format(found.format)
    missing = plans.cannot_host(format) if format else ("its format",)
    if missing:
        errors["set"] = f"“{found.title}” needs what I cannot host yet ({', '.join(missing)}). Choose a set whose format I can."
    return found


@cache
def _zones() -> Set[str]:
    """All there are. Looking for them opens hundreds of files: 80 ms of a command."""
    return available_timezones()


def _zone(name: str, errors: dict[str, str]) -> ZoneInfo | None:
    if name not in _zones():
        near = nearest.nearest(name, _zones())
        errors["zone"] = f"“{name}” is not a time zone I know; write it like {near or 'Europe/London'}"
        return None
    return ZoneInfo(name)


def _date(text: str, errors: dict[str, str]) -> date | None:
    try:
        found = date.fromisoformat(text.strip()) if DATE.fullmatch(text.strip()) else None
    except ValueError:
        found = None
    if found is None:
        errors["date"] = "Write the date as year-month-day, for example 2018-01-31"
    return found


def _time(text: str, errors: dict[str, str]) -> time | None:
    found = TIME.fullmatch(text.strip())
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        return time(int(found[1]), int(found[2]))
    errors["time"] = f"Write the time on the 24-hour clock, {_meant(text)}"
    return None


def _meant(text: str) -> str:
    """What somebody probably meant by ``7.30pm``: proposed, never guessed silently (2-domain 7.8)."""
    found = LOOSE_TIME.match(text.strip())
    if found is None:
        return "for example 19:30"
    hour = int(found[1]) + (12 if found[3] and int(found[1]) < 12 else 0)
    return f"did you mean {hour:02}:{found[2]}?" if hour < 24 and int(found[2]) < 60 else "for example 19:30"


def refuse_past(desk: Desk, starts: datetime, zone: ZoneInfo) -> None:
    """Raises Wrong for a naive local start that has passed, naming the next possible, or that is further off than anybody plans."""
    if starts.date() > desk.now.date() + FURTHEST:
        raise Wrong({"date": f"{starts:%Y-%m-%d} is more than two years ahead. Check the year."})
    if resolve(starts, zone).at > desk.now:
        return
    possible = plans.next_possible(starts, desk.now, zone)
    raise Wrong(
        {"date": f"{starts:%A %d %B %Y, %H:%M} has passed. The next possible is {possible:%A} {possible:%Y-%m-%d} at {possible:%H:%M}"}
    )


def cautions(desk: Desk, chat: Chat, wish: Wish) -> tuple[Caution, ...]:
    """What the host should know: clock changes, other chats in the channel, steps that are past already, warnings about the set."""
    return (*_clock_changes(wish), *overlaps(desk, chat), *_weekday(desk, chat, wish), *_passed(desk, chat, wish))


def _clock_changes(wish: Wish) -> tuple[Caution, ...]:
    resolved = resolve(wish.starts, ZoneInfo(wish.zone))
    becomes = resolved.at.astimezone(ZoneInfo(wish.zone))
    match resolved.oddity:
        case Oddity.GAP:
            return (
                Caution(
                    f"{wish.starts:%H:%M} does not exist in {wish.zone} that day: the clocks go forward. "
                    f"I take the first moment after, {becomes:%H:%M}."
                ),
            )
        case Oddity.FOLD:
            return (Caution(f"{wish.starts:%H:%M} comes twice in {wish.zone} that day: the clocks go back. I take the first of the two."),)
        case _:
            return ()


def _weekday(desk: Desk, chat: Chat, wish: Wish) -> tuple[Caution, ...]:
    format = desk.edition(chat).format
    if not format.post_on or wish.starts.strftime("%A") in format.post_on:
        return ()
    first = chat.starts_at.astimezone(chat.zone)
    return (Caution(f"Questions of this format come on {' and '.join(format.post_on)}, so the first comes on {first:%A %d %B}."),)


def overlaps(desk: Desk, chat: Chat) -> tuple[Caution, ...]:
    """Other chats that are in the channel at the same time."""
    return tuple(
        Caution(f"“{other.title}” is in this channel at the same time ({other.starts_at.astimezone(chat.zone):%a %d %b %H:%M}).")
        for other in _at_the_same_time(desk, chat)
    )


def twin(desk: Desk, chat: Chat) -> Chat | None:
    """The very chat, planned before: who plans it again was not told that it is, for an answer may get lost."""
    others = _at_the_same_time(desk, chat)
    return next((one for one in others if (one.question_set, one.starts_at) == (chat.question_set, chat.starts_at)), None)


def _at_the_same_time(desk: Desk, chat: Chat) -> list[Chat]:
    others = desk.uow.chats.in_places([chat.place.top], AHEAD)
    return [one for one in others if one.id != chat.id and one.starts_at < chat.ends_at and chat.starts_at < one.ends_at]


def _passed(desk: Desk, chat: Chat, wish: Wish) -> tuple[Caution, ...]:
    done = {step.key for step in desk.uow.steps.of(chat.id) if step.state is StepState.DONE}
    passed = [step.key for step in planned(desk, chat, wish.starts).steps if step.due_at < desk.now and step.key not in done]
    if not passed:
        return ()
    names = ", ".join(key.replace("_", " ") for key in passed)
    return (Caution(f"There is no time left for: {names}. I leave these out."),)


def draft(desk: Desk, community: Community, place: Place, by: Member, wish: Wish) -> Chat:
    """A draft chat: stored so that Confirm can find it, seen by nobody else, posting nothing."""
    hash, body = desk.library.freeze(wish.question_set.id)
    desk.uow.editions.keep(hash, body)
    edition = desk.library.thaw(hash, body)
    timed = plans.plan(edition.format, edition.question_set, wish.starts, ZoneInfo(wish.zone))
    chat = desk.uow.chats.add(
        Chat(
            id=0,
            community=community.id,
            place=place.top,
            title=edition.question_set.title,
            question_set=edition.question_set.id,
            edition=hash,
            state=State.DRAFT,
            starts_at=timed.starts_at,
            ends_at=timed.ends_at,
            time_zone=wish.zone,
            created_by=by.id,
        )
    )
    desk.uow.chats.set_role(RoleInChat(chat.id, by.id, Role.HOST))
    for cohost in naming.people_named(desk, community, place, wish.cohosts):
        desk.uow.chats.set_role(RoleInChat(chat.id, cohost.id, Role.CO_HOST))
    return chat


def planned(desk: Desk, chat: Chat, starts: datetime | None = None) -> plans.Plan:
    """The plan of a chat by its frozen edition, from a naive local start (None: its own)."""
    edition = desk.edition(chat)
    local = starts or chat.starts_at.astimezone(chat.zone).replace(tzinfo=None)
    has_guest = any(role.role is Role.GUEST for role in desk.uow.chats.roles([chat.id]))
    return plans.plan(edition.format, edition.question_set, local, chat.zone, has_guest=has_guest)


def ahead(desk: Desk, plan: plans.Plan) -> list[plans.PlannedStep]:
    """The steps of a plan whose time has not passed."""
    return [step for step in plan.steps if step.due_at >= desk.now]


def confirm(desk: Desk, chat: Chat) -> list[str]:
    """Make the draft a planned chat. Steps whose time has passed are skipped, never fired in a burst; their keys are returned."""
    if chat.state is not State.DRAFT:
        raise WrongState("This draft is not waiting any more: it was confirmed or discarded before. See `/cop upcoming`.")
    if chat.starts_at <= desk.now:
        raise WrongState("The time of this draft has passed. Press Change and choose a later one.")
    steps = planned(desk, chat).steps
    desk.uow.chats.save(replace(chat, state=State.PLANNED, change=chat.change + 1))
    desk.uow.steps.add(_step(desk, chat, step) for step in steps)
    in_calendar(desk, chat)
    return [step.key for step in steps if step.due_at < desk.now]


def _step(desk: Desk, chat: Chat, step: plans.PlannedStep) -> Step:
    state = StepState.SKIPPED if step.due_at < desk.now else StepState.DUE
    return Step(0, chat.id, step.key, step.does, step.due_at, state, step.phase, step.number, step.about)


def in_calendar(desk: Desk, chat: Chat) -> None:
    """Create or move the chat's event in the platform's calendar."""
    desk.uow.outbox.add(
        [
            Outgoing(
                key=f"{chat.id}:calendar:{chat.starts_at.timestamp():.0f}",
                lane=channel_lane(chat.place),
                target=chat.place.top,
                message=Message(desk.say("calendar", chat=chat)),
                due_at=desk.now,
                verb=Verb.SCHEDULE,
                purpose="calendar",
                chat=chat.id,
                title=chat.title,
                starts_at=chat.starts_at,
                ends_at=chat.ends_at,
            )
        ]
    )


def reschedule(desk: Desk, chat: Chat, starts: datetime, *, edition: tuple[str, str] | None = None) -> Chat:
    """Move a planned chat: steps that have happened stay as they are, the others are planned anew.

    ``edition`` is the newer version to take, if the host said so.
    """
    if edition is not None:
        desk.uow.editions.keep(*edition)
        chat = replace(chat, edition=edition[0])
    timed = planned(desk, chat, starts)
    moved = replace(chat, starts_at=timed.starts_at, ends_at=timed.ends_at, change=chat.change + 1)
    desk.uow.chats.save(moved)
    stored = {step.key: step for step in desk.uow.steps.of(chat.id)}
    timed = replace(timed, steps=tuple(_once_more(step, stored.get(step.key), moved, desk) for step in timed.steps))
    fresh = {step.key: _step(desk, moved, step) for step in timed.steps}
    desk.uow.steps.save(
        replace(step, due_at=fresh[key].due_at, state=fresh[key].state)
        if key in fresh
        else replace(step, state=StepState.CANCELLED, done_at=desk.now)
        for key, step in stored.items()
        if step.state in {StepState.DUE, StepState.SKIPPED}
    )
    desk.uow.steps.add(step for key, step in fresh.items() if key not in stored)
    in_calendar(desk, moved)
    return moved


def _once_more(step: plans.PlannedStep, stored: Step | None, chat: Chat, desk: Desk) -> plans.PlannedStep:
    """A reminder, checklist or panel that came before the move comes again before the new date, under a key of its own."""
    if stored is None or stored.state is not StepState.DONE or step.does not in COME_AGAIN or step.due_at <= desk.now:
        return step
    return replace(step, key=f"{step.key}@{chat.change}")


def remind_of_pause(desk: Desk, chat: Chat, message: Message, at: datetime) -> None:
    """Put a reminder on its way that leaves at ``at`` unless the chat goes on before: steps of a paused chat are never due."""
    for row in outgoing.backstage_rows(desk, chat, _pause_key(chat), message, purpose="pause"):
        desk.uow.outbox.add([replace(row, due_at=at)])


def forget_pause(desk: Desk, chat: Chat) -> None:
    """The chat goes on: nobody needs to be reminded."""
    for row in desk.uow.outbox.of(chat.id):
        if row.purpose == "pause":
            desk.uow.outbox.cancel_key(row.key)


def _pause_key(chat: Chat) -> str:
    return f"pause:{chat.change}"


def plan_after(desk: Desk, chat: Chat) -> None:
    """Plan what comes after the chat anew from its end: days mean that date at the format's time, whatever the hour was moved by."""
    edition = desk.edition(chat)
    fresh = {step.key: step for step in plans.after(edition.format, edition.question_set, chat.ends_at, chat.zone)}
    due = [step for step in desk.uow.steps.of(chat.id) if step.state is StepState.DUE and step.key in fresh]
    desk.uow.steps.save(replace(step, due_at=max(fresh[step.key].due_at, desk.now)) for step in due)
