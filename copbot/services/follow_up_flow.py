"""Private follow-ups after a chat, for members who asked for them: planning them, and asking one question at a time.

Nothing here is ever shown to anybody but the member, hosts included.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from copbot.domain import follow_up_plan, identifiers
from copbot.domain.chat import Chat
from copbot.domain.consent import ON, Consent, Scope
from copbot.domain.follow_up import FollowUp, FollowUpState, Outcome, Reflection, Stage
from copbot.domain.markup import escape, shorten
from copbot.domain.member import Member
from copbot.domain.message import Button, Look, Message
from copbot.domain.plan import COUNTED_IN, HOURS
from copbot.domain.prompt import fill, topic
from copbot.domain.response import MessageKey
from copbot.domain.step import Step
from copbot.services import outgoing
from copbot.services.call import Call
from copbot.services.desk import Desk

QUOTED = 120
"""Characters of a commitment that are quoted in the question about it."""

PURPOSE = "follow_up"
"""Of every private message about follow-ups."""

UNFINISHED = (FollowUpState.WAITING, FollowUpState.ASKED)

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.DONE: "Done",
    Outcome.PARTLY: "Partly",
    Outcome.NOT_YET: "Not yet",
    Outcome.CHANGED_MIND: "Changed my mind",
    Outcome.LET_GO: "Let it go",
}


def fan_out(desk: Desk, chat: Chat, step: Step) -> None:
    """Plan the follow-ups of a stage: one for each member who took part and asked for them."""
    stage = Stage(step.about["stage"])
    took_part = {each.member for each in desk.uow.responses.of_chat(chat.id)} | {each.member for each in desk.uow.chats.attendance(chat.id)}
    subscribed = sorted(desk.uow.follow_ups.subscribers(took_part)) if took_part else []
    members = desk.uow.members.many(subscribed)
    planned = [_plan(desk, chat, step, stage, members[id]) for id in subscribed if members[id].left_at is None]
    desk.uow.follow_ups.add(follow_up for follow_up in planned if follow_up.prompts)


def _plan(desk: Desk, chat: Chat, step: Step, stage: Stage, member: Member) -> FollowUp:
    edition = desk.edition(chat)
    due = _considerate(desk, chat, member, step.due_at, day_valued=step.about.get(COUNTED_IN) != HOURS)
    commitments = desk.uow.follow_ups.commitments(member.id)
    prompts = follow_up_plan.stage_prompts(
        stage,
        edition.prompts,
        _models(desk, chat, member),
        has_commitment=follow_up_plan.open_commitment(commitments, chat.id) is not None,
        used_asked_at=follow_up_plan.last_use(desk.uow.follow_ups.of_member(member.id), follow_up_plan.USED),
        due=due,
    )
    return FollowUp(0, chat.id, member.id, stage, prompts, due, round=step.number or 0)


def _models(desk: Desk, chat: Chat, member: Member) -> list[str]:
    """The member's own choice, what the question set says, the usual one: the first that has words is taken."""
    preference = desk.uow.follow_ups.preference(member.id)
    plan = desk.edition(chat).question_set.reflection
    own = preference.model if preference else None
    return [model for model in (own, plan.model if plan else None, follow_up_plan.DEFAULT_MODEL) if model]


def _considerate(desk: Desk, chat: Chat, member: Member, when: datetime, *, day_valued: bool) -> datetime:
    community = desk.community(chat)
    zone = _zone(desk, chat, member)
    return follow_up_plan.considerate_moment(when, zone, community.quiet_hours, community.zone, day_valued=day_valued)


def _zone(desk: Desk, chat: Chat, member: Member) -> ZoneInfo:
    return ZoneInfo(member.time_zone or desk.community(chat).time_zone)


def send_due(desk: Desk, limit: int = 200) -> int:
    """Send what is due, wherever it is a considerate moment for the member. How many follow-ups were looked at."""
    due = desk.uow.follow_ups.due(desk.now, limit)
    ids = {follow_up.member for follow_up in due}
    members = desk.uow.members.many(ids) if ids else {}
    choices = desk.uow.consents.current(ids) if ids else {}
    for follow_up in due:
        _send(desk, follow_up, members.get(follow_up.member), choices.get(follow_up.member, {}).get(Scope.FOLLOW_UP))
    return len(due)


def _send(desk: Desk, follow_up: FollowUp, member: Member | None, choice: Consent | None) -> None:
    """Ask, put off or stop. What the member has not replied to by the time the next follow-up comes stays unanswered."""
    chat = desk.uow.chats.get(follow_up.chat)
    if chat is None or member is None or member.left_at is not None or choice is None or choice.state != ON:
        desk.uow.follow_ups.save(replace(follow_up, state=FollowUpState.STOPPED))
        return
    with_them = desk.uow.follow_ups.in_state(member.id, FollowUpState.ASKED)
    earliest = follow_up_plan.too_soon(with_them, desk.now) or desk.now
    considerate = _considerate(desk, chat, member, earliest, day_valued=follow_up.stage is not Stage.DAY_1)
    if considerate > desk.now:
        desk.uow.follow_ups.save(replace(follow_up, due_at=considerate))
        return
    for earlier in with_them:
        desk.uow.follow_ups.save(replace(earlier, state=follow_up_plan.ended_unanswered(earlier)))
    if follow_up_plan.gone_quiet(desk.uow.follow_ups.of_member(member.id), choice.at):
        desk.uow.follow_ups.save(replace(follow_up, state=FollowUpState.STOPPED))
        return
    ask(desk, follow_up)


def ask(desk: Desk, follow_up: FollowUp) -> None:
    """Send the question that the follow-up has come to."""
    chat, member = desk.uow.chats.get(follow_up.chat), desk.uow.members.get(follow_up.member)
    if chat is None or member is None:
        return
    text = desk.edition(chat).say(
        "follow-up-question",
        chat=chat,
        stage=follow_up.stage.value,
        question=_words(desk, chat, follow_up),
        number=follow_up.position + 1,
        count=len(follow_up.prompts),
    )
    outgoing.tell_privately(desk, member, key_of(follow_up), Message(text, _buttons(follow_up)), purpose=PURPOSE, chat=chat)
    desk.uow.follow_ups.save(replace(follow_up, state=FollowUpState.ASKED, asked_at=desk.now))


def key_of(follow_up: FollowUp) -> str:
    """The key of the message that asks the question in hand. A question put off is sent again, so its due time belongs to it."""
    return f"follow-up:{follow_up.id}:{follow_up.position}:{follow_up.due_at.timestamp():.0f}"


def _words(desk: Desk, chat: Chat, follow_up: FollowUp) -> str:
    prompt = desk.edition(chat).prompts[prompt_in_hand(follow_up)]
    if prompt.id != follow_up_plan.TRIED:
        return fill(prompt.text, topic=topic(chat.title))
    commitment = follow_up_plan.open_commitment(desk.uow.follow_ups.commitments(follow_up.member), chat.id)
    return fill(prompt.text, topic=topic(chat.title), commitment=escape(shorten(commitment.text, QUOTED)) if commitment else "…")


def prompt_in_hand(follow_up: FollowUp) -> str:
    """The id of the prompt that the follow-up has come to."""
    return follow_up.prompts[follow_up.position]


def with_blocked(desk: Desk, follow_up: FollowUp) -> FollowUp:
    """With one more question, asked at most once: what got in the way."""
    chat = desk.uow.chats.get(follow_up.chat)
    known = chat is not None and follow_up_plan.BLOCKED in desk.edition(chat).prompts
    if not known or follow_up_plan.BLOCKED in follow_up.prompts:
        return follow_up
    return replace(follow_up, prompts=(*follow_up.prompts, follow_up_plan.BLOCKED))


def value_of(follow_up: FollowUp) -> str:
    """What its buttons and forms carry: chat, follow-up, and which of its questions they belong to."""
    return f"{follow_up.chat}:{follow_up.id}:{follow_up.position}"


def _buttons(follow_up: FollowUp) -> tuple[Button, ...]:
    value = value_of(follow_up)
    usual = (
        Button("Answer", "reflect-answer", value, Look.PRIMARY),
        Button("Skip", "reflect-skip", value),
        Button("Not this week", "reflect-later", value),
        Button("Stop", "reflect-stop", value),
    )
    if prompt_in_hand(follow_up) != follow_up_plan.TRIED:
        return usual
    return (*(Button(label, "commitment-outcome", f"{value}:{outcome}") for outcome, label in OUTCOMES.items()), *usual)


def in_hand(desk: Desk, call: Call) -> FollowUp | None:
    """The follow-up that a button or form is about, if that very question is still with the member who pressed it."""
    id, position = (*call.parts[1:3], "", "")[:2]
    follow_up = desk.uow.follow_ups.get(int(id)) if id.isdecimal() else None
    if follow_up is None or follow_up.member != call.by.id or follow_up.state is not FollowUpState.ASKED:
        return None
    return follow_up if str(follow_up.position) == position else None


def keep(desk: Desk, follow_up: FollowUp, text: str, message: MessageKey | None = None) -> None:
    """Store what the member wrote (in that direct message), for them alone, and go on."""
    prompt = prompt_in_hand(follow_up)
    desk.uow.follow_ups.reflect(Reflection(0, follow_up.member, follow_up.chat, follow_up.id, prompt, text.strip(), desk.now, message))
    advance(desk, follow_up)


def advance(desk: Desk, follow_up: FollowUp) -> None:
    """Ask the next question, or end and say thank you. Who wants no follow-ups any more gets neither."""
    following = replace(follow_up, position=follow_up.position + 1)
    if not desk.uow.follow_ups.subscribers([follow_up.member]):
        desk.uow.follow_ups.save(replace(following, state=FollowUpState.STOPPED))
        return
    if following.position < len(follow_up.prompts):
        ask(desk, following)
        return
    wrote = any(each.follow_up == follow_up.id for each in desk.uow.follow_ups.reflections(follow_up.member))
    state = FollowUpState.ANSWERED if wrote or follow_up_plan.TRIED in follow_up.prompts else FollowUpState.SKIPPED
    desk.uow.follow_ups.save(replace(following, state=state))
    member = desk.uow.members.get(follow_up.member)
    if member is not None and wrote:
        text = desk.say("follow-up-done", stage=follow_up.stage.value)
        outgoing.tell_privately(desk, member, f"follow-up:{follow_up.id}:done", Message(text), purpose=PURPOSE)


def postpone(desk: Desk, follow_up: FollowUp) -> datetime | None:
    """Ask the same question again in a week, at a considerate moment."""
    chat, member = desk.uow.chats.get(follow_up.chat), desk.uow.members.get(follow_up.member)
    if chat is None or member is None:
        return None
    in_a_week = follow_up_plan.a_week_later(desk.now, _zone(desk, chat, member))
    due = _considerate(desk, chat, member, in_a_week, day_valued=True)
    desk.uow.follow_ups.save(replace(follow_up, state=FollowUpState.WAITING, due_at=due, asked_at=None))
    return due


def stop(desk: Desk, member: Member) -> None:
    """End everything that is planned for or with the member, or is on its way to them."""
    desk.uow.outbox.cancel_of_member(member.id, PURPOSE)
    for state in UNFINISHED:
        for follow_up in desk.uow.follow_ups.in_state(member.id, state):
            desk.uow.follow_ups.save(replace(follow_up, state=FollowUpState.STOPPED))


def erase_mail(desk: Desk, member: Member) -> None:
    """Erase what was sent: it may quote a commitment. A question still in hand keeps its address, where a message answers it."""
    in_hand = desk.uow.follow_ups.in_state(member.id, FollowUpState.ASKED)
    desk.uow.outbox.erase_of_member(member.id, PURPOSE, but=[key_of(follow_up) for follow_up in in_hand])


def may_identify(desk: Desk, member: Member, text: str) -> Sequence[str]:
    """What in the text may identify somebody, in plain words. Text with such finds is not kept (2-domain 6.4)."""
    community = desk.library.community(member.community)
    if community is not None and not community.privacy.identifier_check:
        return ()
    found = identifiers.find(text, known_names=(member.name,))
    sure = {each.kind for each in found if each.confidence is not identifiers.Confidence.LOW}
    return tuple(identifiers.IN_WORDS[kind] for kind in sorted(sure))


PERFORM: Mapping[str, Callable[[Desk, Chat, Step], None]] = {"follow_up": fan_out}
