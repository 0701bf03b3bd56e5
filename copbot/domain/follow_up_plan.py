"""When private follow-ups come and what they ask (2-domain 3.1)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from copbot.domain.community import QuietHours
from copbot.domain.follow_up import Commitment, FollowUp, FollowUpState, Stage
from copbot.domain.prompt import Autonomy, Prompt
from copbot.domain.schedule import SATURDAY, at_local, is_quiet, resolve

OPENS, CLOSES = time(8), time(19)
"""Private messages come on weekdays between these local times."""

MIDDAY = time(12, 30)
AT_MOST_EVERY = timedelta(days=1)
"""Follow-ups of different chats that fall together come one a day."""

NOT_THIS_WEEK = timedelta(days=7)
USED_AT_MOST_EVERY = timedelta(days=30)
UNANSWERED_IN_A_ROW = 2

DEFAULT_MODEL = "driscoll"
MODELS: Mapping[str, tuple[str, ...]] = {
    "driscoll": ("what", "so_what", "now_what"),
    "rolfe": ("what", "so_what", "now_what"),
    "gibbs": ("description", "feelings", "evaluation", "analysis", "conclusion", "action_plan"),
    "kolb": ("experience", "reflection", "concept", "experiment"),
    "johns": ("aesthetics", "personal", "ethics", "empirics", "reflexivity"),
    "schon": ("in_action", "on_action"),
    "mezirow": ("dilemma", "assumptions", "new_role"),
}
"""Models of reflection a member may choose, with the codes of their steps in order."""

TRIED, USED, BLOCKED = "wk2-tried", "wk2-used", "wk2-blocked"
SIX_WEEKS = ("wk6-different", "wk6-how-know")


def allowed_moment(when: datetime, zone: ZoneInfo, *, day_valued: bool) -> datetime:
    """``when`` (UTC) if it is a weekday between 08:00 and 19:00 in the member's zone, else the next allowed moment.

    For something planned in days that is the next weekday at 12:30, for something planned in hours the next one at 08:00.
    """
    local = when.astimezone(zone)
    if local.weekday() < SATURDAY and OPENS <= local.time() < CLOSES:
        return when.astimezone(UTC)
    clock, day = (MIDDAY if day_valued else OPENS), local.date()
    while day.weekday() >= SATURDAY or at_local(day, clock, zone) <= when:
        day += timedelta(days=1)
    return at_local(day, clock, zone)


def a_week_later(now: datetime, zone: ZoneInfo) -> datetime:
    """The same time on the member's wall in a week (UTC)."""
    return resolve(now.astimezone(zone).replace(tzinfo=None) + NOT_THIS_WEEK, zone).at


def considerate_moment(when: datetime, zone: ZoneInfo, quiet: QuietHours | None, quiet_zone: ZoneInfo, *, day_valued: bool) -> datetime:
    """As ``allowed_moment``, and outside the community's quiet hours too, if any half-hour within a week is."""
    at = allowed_moment(when, zone, day_valued=day_valued)
    later = (at + timedelta(minutes=30) * number for number in range(7 * 48))
    fitting = (
        each for each in later if allowed_moment(each, zone, day_valued=day_valued) == each and not is_quiet(each, quiet, quiet_zone)
    )
    return next(fitting, at)


def reflection_prompts(prompts: Mapping[str, Prompt], models: Sequence[str]) -> tuple[str, ...]:
    """The ids of the first of these models that has prompts for the first reflection, in the model's order."""
    for model in models:
        steps = MODELS.get(model, ())
        found = [prompt for prompt in prompts.values() if _reflects(prompt, model) and prompt.step in steps]
        if found:
            return tuple(prompt.id for prompt in sorted(found, key=lambda prompt: (steps.index(prompt.step), prompt.id)))
    return ()


def _reflects(prompt: Prompt, model: str) -> bool:
    return (prompt.model, prompt.stage, prompt.audience, prompt.autonomy) == (model, Stage.DAY_1, "member_dm", Autonomy.OPT_IN)


def stage_prompts(
    stage: Stage,
    prompts: Mapping[str, Prompt],
    models: Sequence[str],
    *,
    has_commitment: bool,
    used_asked_at: datetime | None,
    due: datetime,
) -> tuple[str, ...]:
    """What a follow-up of this stage asks one member; empty if there is nothing to ask them.

    After two weeks those who said what they would try are asked about it; others, at most once in 30 days, whether they used anything.
    """
    if stage is Stage.DAY_1:
        return reflection_prompts(prompts, models)
    if stage is Stage.WEEK_6:
        chosen: tuple[str, ...] = SIX_WEEKS
    elif has_commitment:
        chosen = (TRIED,)
    else:
        asked_lately = used_asked_at is not None and due - used_asked_at < USED_AT_MOST_EVERY
        chosen = () if asked_lately else (USED,)
    return tuple(id for id in chosen if id in prompts)


def last_use(follow_ups: Collection[FollowUp], prompt: str) -> datetime | None:
    """When the member was last asked this (or will be, if it is still waiting)."""
    return max((each.asked_at or each.due_at for each in follow_ups if prompt in each.prompts), default=None)


def open_commitment(commitments: Sequence[Commitment], chat: int) -> Commitment | None:
    """The newest thing the member said in this chat that they would try, if nothing has come of it yet."""
    return next((each for each in reversed(commitments) if each.chat == chat and each.outcome is None), None)


def ended_unanswered(follow_up: FollowUp) -> FollowUpState:
    """How a follow-up ends that nobody replies to any more: whoever answered some of its questions did answer."""
    return FollowUpState.ANSWERED if follow_up.position else FollowUpState.UNANSWERED


def too_soon(follow_ups: Collection[FollowUp], now: datetime) -> datetime | None:
    """Until when the next follow-up has to wait because another one was asked only just now."""
    asked = max((each.asked_at for each in follow_ups if each.asked_at), default=None)
    return asked + AT_MOST_EVERY if asked and now < asked + AT_MOST_EVERY else None


def gone_quiet(follow_ups: Collection[FollowUp], started_at: datetime) -> bool:
    """Whether the last two follow-ups asked since the member (last) started were left unanswered."""
    asked = sorted((each.asked_at, each.id, each.state) for each in follow_ups if each.asked_at and each.asked_at >= started_at)
    last = asked[-UNANSWERED_IN_A_ROW:]
    return len(last) == UNANSWERED_IN_A_ROW and all(state is FollowUpState.UNANSWERED for _, _, state in last)
