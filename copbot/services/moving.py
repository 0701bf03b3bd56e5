"""Changing a planned chat: moving it, cancelling it, naming who hosts with you. Each shows first and happens when confirmed."""

from dataclasses import replace
from datetime import datetime

from copbot.domain.chat import Chat, Role, RoleInChat, State
from copbot.domain.member import Member
from copbot.domain.message import Button, Field, FieldKind, Form, FormErrors, Look, Message, Private, Reply
from copbot.domain.step import Outgoing, StepState, Verb, channel_lane
from copbot.errors import WrongState
from copbot.ports.platform import CommandSpec, OptionSpec
from copbot.services import attending, members, naming, nearest, options, outgoing, panel, planning
from copbot.services.agenda import agenda
from copbot.services.call import AHEAD_FIRST, Call, Command, Press, Who, private, the_chat
from copbot.services.desk import Desk


def reschedule(desk: Desk, call: Call) -> Reply:
    """Ask for the new date and time; the plan moves only when it is confirmed."""
    chat = _planned(desk, call)
    if {"date", "time"} <= call.options.keys():
        return propose_move(desk, call)
    local = chat.starts_at.astimezone(chat.zone)
    fields = (
        Field("date", "New date", FieldKind.DATE, call.options.get("date", f"{local:%Y-%m-%d}"), "year-month-day"),
        Field("time", f"New start ({chat.time_zone})", FieldKind.TIME, call.options.get("time", f"{local:%H:%M}"), "24-hour clock"),
    )
    return Form("reschedule", "Move the chat", fields, value=str(chat.id), submit="Show the new plan")


def propose_move(desk: Desk, call: Call) -> Reply:
    """Show the plan as it would be, with Confirm; and ask whether to take a newer version of the question set."""
    chat = _planned(desk, call)
    fields = {"set": chat.question_set, "zone": chat.time_zone, **call.options}
    try:
        wish = planning.understand(desk, call.community, fields)
    except planning.Wrong as wrong:
        return FormErrors(wrong.errors) if call.is_form else private("\n".join(wrong.errors.values()))
    timed = planning.planned(desk, chat, wish.starts)
    moved = replace(chat, starts_at=timed.starts_at, ends_at=timed.ends_at)
    newer = desk.library.freeze(chat.question_set)[0] != chat.edition
    text = desk.say(
        "move",
        chat=moved,
        was=chat,
        agenda=agenda(planning.ahead(desk, timed), desk.edition(chat)),
        cautions=[one.text for one in planning.cautions(desk, moved, wish)],
        newer=newer,
    )
    return Private(Message(text, _move_buttons(chat, wish.starts, newer=newer)))


def _move_buttons(chat: Chat, starts: datetime, *, newer: bool) -> tuple[Button, ...]:
    value = f"{chat.id}:{chat.change}:{starts:%Y-%m-%dT%H.%M}"
    keep = Button("Move it, same questions" if newer else "Move it", "move-confirm", f"{value}:keep", Look.PRIMARY)
    take = (Button("Move it, newer version", "move-confirm", f"{value}:newer"),) if newer else ()
    return (keep, *take, Button("Leave it", "leave", str(chat.id)))


def confirm_move(desk: Desk, call: Call) -> Reply:
    """Move the chat and tell the channel, if it was announced."""
    chat = _planned(desk, call)
    _, change, when, version = (*call.parts, "", "")[:4]
    if change != str(chat.change):
        raise WrongState("The plan has changed since; use `/cop reschedule` once more to see it as it is now.")
    edition = desk.library.freeze(chat.question_set) if version == "newer" else None
    was = chat
    starts = datetime.strptime(when, "%Y-%m-%dT%H.%M")  # noqa: DTZ007 - wall clock of the chat's own zone
    try:
        planning.refuse_past(desk, starts, chat.zone)
    except planning.Wrong as wrong:
        raise WrongState(str(wrong)) from None
    moved = planning.reschedule(desk, chat, starts, edition=edition)
    if _was_announced(desk, chat):
        text = desk.edition(moved).say("moved", chat=moved, was=was)
        outgoing.post(desk, moved, f"moved:{moved.change}", Message(text, attending.buttons(moved)), purpose="moved")
    else:
        _tell_attending(desk, moved, f"moved:{moved.change}", desk.say("moved", chat=moved, was=was))
    panel.refresh(desk, moved)
    return private(desk.say("move-done", chat=moved))


def _tell_attending(desk: Desk, chat: Chat, key: str, text: str) -> None:
    """Those who said they would take part before anything was announced hear it privately."""
    attending_ids = [one.member for one in desk.uow.chats.attendance(chat.id)]
    for member in desk.uow.members.many(attending_ids).values():
        outgoing.tell_privately(desk, member, f"{chat.id}:{key}:{member.id}", Message(text), purpose="attending", chat=chat)


def leave(desk: Desk, call: Call) -> Reply:
    """Change nothing."""
    return private(desk.say("left-as-it-is"))


def cancel(desk: Desk, call: Call) -> Reply:
    """Ask first."""
    chat = _planned(desk, call)
    text = desk.say("cancel-sure", chat=chat, coming=len(desk.uow.chats.attendance(chat.id)), announced=_was_announced(desk, chat))
    return Private(
        Message(text, (Button("Cancel the chat", "cancel-confirm", str(chat.id), Look.DANGER), Button("Keep it", "leave", str(chat.id))))
    )


def confirm_cancel(desk: Desk, call: Call) -> Reply:
    """Nothing of the plan happens any more; who was told of the chat is told of this."""
    chat = _planned(desk, call)
    announced = _was_announced(desk, chat)
    cancelled = replace(chat, state=State.CANCELLED, closed_at=desk.now, change=chat.change + 1)
    desk.uow.chats.save(cancelled)
    desk.uow.steps.end_all(chat.id, StepState.CANCELLED, desk.now)
    desk.uow.outbox.cancel(chat.id)
    if announced:
        text = desk.edition(chat).say("cancelled", chat=chat, by=call.by.name)
        outgoing.post(desk, cancelled, "cancelled", Message(text), purpose="cancelled")
    else:
        _tell_attending(desk, cancelled, "cancelled", desk.say("cancelled", chat=chat, by=call.by.name))
    desk.uow.outbox.add(
        [
            Outgoing(
                key=f"{chat.id}:uncalendar",
                lane=channel_lane(chat.place),
                target=chat.place.top,
                message=Message(chat.title),
                due_at=desk.now,
                verb=Verb.UNSCHEDULE,
                purpose="calendar",
                chat=chat.id,
            )
        ]
    )
    panel.refresh(desk, cancelled)
    return private(desk.say("cancel-done", chat=chat, announced=announced))


def _planned(desk: Desk, call: Call) -> Chat:
    chat = the_chat(call)
    if chat.state is not State.PLANNED:
        raise WrongState(
            f"“{chat.title}” is {chat.state} and cannot be moved or cancelled any more; `/cop close` ends a chat that is running."
        )
    return chat


def _was_announced(desk: Desk, chat: Chat) -> bool:
    told = {"announce", "reading", "remind"}
    return any(step.does in told and step.state is StepState.DONE for step in desk.uow.steps.of(chat.id))


def cohost(desk: Desk, call: Call) -> Reply:
    """Name somebody as co-host or guest. Never by guessing: rights go to the member whose name or account was written."""
    chat = the_chat(call)
    role = ROLES.get(call.options.get("as", "co-host"))
    if role is None:
        raise WrongState("Somebody can be named as=co-host or as=guest.")
    found = _member_named(desk, call)
    before = next((one.role for one in desk.uow.chats.roles([chat.id]) if one.member == found.id), None)
    if before is Role.HOST:
        raise WrongState(f"{found.name} hosts “{chat.title}” and stays its host.")
    desk.uow.chats.set_role(RoleInChat(chat.id, found.id, role))
    if role is Role.GUEST and chat.state is State.PLANNED:
        planning.reschedule(desk, chat, chat.starts_at.astimezone(chat.zone).replace(tzinfo=None))
    return private(desk.say("cohost-done", chat=chat, member=found, role=role))


def _member_named(desk: Desk, call: Call) -> Member:
    name = (call.options.get(NAME.name) or call.text).strip().lstrip("@")
    picked = naming.picked_person(name)
    if picked and picked.platform == call.by.person.platform and (met := members.meet(desk, call.community.id, {picked: ""}).get(picked)):
        return met
    known = [one for one in desk.uow.members.of_community(call.community.id) if one.person.platform == call.by.person.platform]
    found = naming.by_name(known, name)
    if len(found) == 1:
        return found[0]
    if found:
        accounts = ", ".join(f"@{one.person.id}" for one in found)
        raise WrongState(f"More than one person here is called “{name}”. Name the account: {accounts}.")
    near = nearest.nearest(name, [one.name for one in known if one.name != one.person.id])
    raise WrongState(
        f"I have not met anybody called “{name}” here yet{f'; did you mean {near}?' if near else '.'} "
        "I get to know people when they write in the channel or press a button."
    )


ROLES = {"co-host": Role.CO_HOST, "cohost": Role.CO_HOST, "guest": Role.GUEST}
OPEN_THEN_AHEAD = (State.OPEN, State.PLANNED, State.CLOSING)

MOVE = CommandSpec(
    "reschedule",
    "move a chat that has not begun",
    "reschedule [date=...] [time=...]",
    (options.CHAT, options.DATE, options.TIME),
    opens_form=True,
)
CANCEL = CommandSpec("cancel", "cancel a chat that has not begun", "cancel [chat=NUMBER]", (options.CHAT,))
NAME = OptionSpec("name", "a member's name, or @account", completed=True)
AS = OptionSpec("as", "what they are in the chat", choices=("co-host", "guest"))
COHOST = CommandSpec("cohost", "name a co-host, or a guest", "cohost NAME [as=guest]", (NAME, AS, options.CHAT), "a member's name")

COMMANDS = (
    Command(MOVE, reschedule, Who.HOST, needs_chat=True, prefers=AHEAD_FIRST),
    Command(CANCEL, cancel, Who.HOST, needs_chat=True, prefers=AHEAD_FIRST),
    Command(COHOST, cohost, Who.HOST, needs_chat=True, prefers=OPEN_THEN_AHEAD),
)

PRESSES = {
    "reschedule": Press(reschedule, Who.HOST, opens_form=True),
    "move-confirm": Press(confirm_move, Who.HOST),
    "leave": Press(leave),
    "cancel": Press(cancel, Who.HOST),
    "cancel-confirm": Press(confirm_cancel, Who.HOST),
}

FORMS = {"reschedule": Press(propose_move, Who.HOST)}
