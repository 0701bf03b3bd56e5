"""``/cop schedule`` and its kin: form, draft, Confirm; what is coming, preview, moving and cancelling."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from copbot.domain.chat import AHEAD, Chat, Role, RoleInChat, State
from copbot.domain.message import Button, Field, FieldKind, Form, FormErrors, Look, Message, Option, Private, Reply
from copbot.domain.place import Place
from copbot.domain.plan import Plan, PlannedStep, cannot_host
from copbot.domain.question import QuestionSet
from copbot.domain.step import Outgoing, StepState, Verb, channel_lane
from copbot.errors import NotAllowed, WrongState
from copbot.ports.platform import CommandSpec
from copbot.services import attending, nearest, outgoing, panel, planning
from copbot.services.agenda import agenda
from copbot.services.call import Call, Command, Press, Who, private
from copbot.services.desk import Desk

SOON = 10
"""How many chats ``/cop upcoming`` shows."""


def schedule(desk: Desk, call: Call) -> Reply:
    """Begin a draft: with set, date and time given at once, else with a form."""
    _may_schedule(call)
    if {"set", "date", "time"} <= call.options.keys():
        return _draft(desk, call, call.options)
    return _form(desk, call, {**_suggested(desk, call), **call.options})


def submitted(desk: Desk, call: Call) -> Reply:
    """Take the form; a draft that was being changed makes way for the new one."""
    _may_schedule(call)
    return _draft(desk, call, call.options)


def _may_schedule(call: Call) -> None:
    admins = call.community.people.admins
    known = {f"@{call.by.name}", f"@{call.by.person.id}", f"{call.by.person.platform}:{call.by.person.id}"}
    if admins and not known & set(admins):
        raise NotAllowed(
            f"In {call.community.name}, chats are scheduled by {', '.join(admins)}. Ask them, or show them what you would like to talk about."
        )


def _draft(desk: Desk, call: Call, fields: Mapping[str, str]) -> Reply:
    try:
        wish = planning.understand(desk, call.community, fields)
    except planning.Wrong as wrong:
        if set(wrong.errors) <= set(planning.DRAFT_IN_FORM) and _from_form(call):
            return FormErrors(wrong.errors)
        return private("\n".join(f"- {text}" for text in wrong.errors.values()))
    if call.chat is not None and call.chat.state is State.DRAFT:
        desk.uow.chats.delete_draft(call.chat.id)
    chat = planning.draft(desk, call.community, _channel(call), call.by, wish)
    return _preview_draft(
        desk, chat, planning.cautions(desk, chat, wish), planning.unknown_names(desk, call.community, call.place, wish.cohosts)
    )


def _from_form(call: Call) -> bool:
    return hasattr(call.heard, "form")


def _channel(call: Call) -> Place:
    """Where the chat will be: the channel the command was typed in, or the community's first channel on that platform."""
    here = call.place.top
    for setting in call.community.channels:
        if setting.platform == here.platform and here.channel in {setting.channel, setting.hosts_channel}:
            return Place(here.platform, setting.channel)
    first = next((one for one in call.community.channels if one.platform == here.platform), None)
    return Place(here.platform, first.channel) if first else here


def _preview_draft(desk: Desk, chat: Chat, cautions: tuple[planning.Caution, ...], unknown: list[str]) -> Reply:
    edition = desk.edition(chat)
    text = desk.say(
        "draft",
        chat=chat,
        question_set=edition.question_set,
        format=edition.format,
        agenda=agenda(_ahead(desk, planning.planned(desk, chat)), edition),
        cautions=[caution.text for caution in cautions],
        unknown=unknown,
        hosts=outgoing.hosts_of(desk, chat),
    )
    value = str(chat.id)
    buttons = (
        Button("Confirm", "draft-confirm", value, Look.PRIMARY),
        Button("Change", "draft-change", value),
        Button("Discard", "draft-discard", value, Look.DANGER),
    )
    return Private(Message(text, buttons))


def _ahead(desk: Desk, plan: Plan) -> list[PlannedStep]:
    return [step for step in plan.steps if step.due_at >= desk.now]


def _suggested(desk: Desk, call: Call) -> dict[str, str]:
    """The form filled from the first question set that is still ahead, or that has no date, or the first at all."""
    sets = _hostable(desk, call)
    chosen = desk.library.question_set(call.options.get("set", "")) or _first_ahead(desk, sets)
    zone = (chosen.suggested.time_zone if chosen else None) or call.community.time_zone
    suggested = chosen.suggested if chosen else None
    return {
        "set": chosen.id if chosen else "",
        "date": suggested.date.isoformat() if suggested and suggested.date else "",
        "time": f"{suggested.starts:%H:%M}" if suggested and suggested.starts else "19:30",
        "zone": zone,
        "with": ", ".join(_others(call, chosen)),
    }


def _others(call: Call, chosen: QuestionSet | None) -> list[str]:
    hosts = chosen.suggested.hosts if chosen else ()
    return [host.name for host in hosts if host.name.casefold() != call.by.name.casefold()]


def _hostable(desk: Desk, call: Call) -> list[QuestionSet]:
    return [one for one in desk.library.question_sets(call.community.id) if (f := desk.library.format(one.format)) and not cannot_host(f)]


def _first_ahead(desk: Desk, sets: list[QuestionSet]) -> QuestionSet | None:
    today = desk.now.date()
    ahead = [one for one in sets if one.suggested.date is None or one.suggested.date >= today]
    return next(iter([*ahead, *sets]), None)


def _form(desk: Desk, call: Call, filled: Mapping[str, str]) -> Reply:
    sets = _hostable(desk, call)
    if not sets:
        return private(desk.say("no-question-sets", community=call.community))
    options = tuple(Option(one.id, one.title) for one in sets)
    fields = (
        Field("set", "Question set", FieldKind.CHOICE, filled.get("set", ""), options=options),
        Field("date", "Date", value=filled.get("date", ""), hint="year-month-day, for example 2018-01-31"),
        Field("time", "Starts at", value=filled.get("time", ""), hint="24-hour clock, for example 19:30"),
        Field("zone", "Time zone", value=filled.get("zone", ""), hint="for example Europe/London"),
        Field("with", "Hosted with", value=filled.get("with", ""), hint="names, with commas between them", required=False),
    )
    return Form("schedule", "Schedule a chat", fields, value=filled.get("draft", ""), submit="Show the plan")


def change_draft(desk: Desk, call: Call) -> Reply:
    """The form again, filled from the draft."""
    chat = _draft_of(call)
    local = chat.starts_at.astimezone(chat.zone)
    cohosts = [host.name for host in outgoing.hosts_of(desk, chat) if host.id != call.by.id]
    filled = {"set": chat.question_set, "date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "zone": chat.time_zone}
    return _form(desk, call, {**filled, "with": ", ".join(cohosts), "draft": str(chat.id)})


def confirm_draft(desk: Desk, call: Call) -> Reply:
    """From now on the plan runs by itself."""
    chat = _draft_of(call)
    skipped = planning.confirm(desk, chat)
    steps = [step for step in desk.uow.steps.of(chat.id) if step.state is StepState.DUE]
    first = next(iter(agenda(steps, desk.edition(chat))), None)
    return private(desk.say("confirmed", chat=chat, skipped=[key.replace("_", " ") for key in skipped], first=first))


def discard_draft(desk: Desk, call: Call) -> Reply:
    """Nothing was posted, nothing is kept."""
    chat = _draft_of(call)
    desk.uow.chats.delete_draft(chat.id)
    return private(desk.say("discarded", chat=chat))


def _draft_of(call: Call) -> Chat:
    if call.chat is None or call.chat.state is not State.DRAFT:
        raise WrongState("This draft is not waiting any more: it was confirmed or discarded before. See /cop upcoming.")
    if call.chat.created_by != call.by.id:
        raise NotAllowed("Only the person who made this draft can decide about it.")
    return call.chat


def upcoming(desk: Desk, call: Call) -> Reply:
    """What is coming in this community."""
    chats = desk.uow.chats.in_states(AHEAD, call.community.id)[:SOON]
    text = desk.say("upcoming", chats=chats, community=call.community, zone=call.by.time_zone or call.community.time_zone)
    coming = [chat for chat in chats if chat.state is State.PLANNED]
    buttons = tuple(Button(f"I'll be there: {chat.starts_at.astimezone(chat.zone):%d %b}", "coming", str(chat.id)) for chat in coming[:3])
    return Private(Message(text, buttons))


def preview(desk: Desk, call: Call) -> Reply:
    """Every step of a chat with clock times, and what has become of it."""
    chat = _the_chat(call)
    text = desk.say("preview", chat=chat, agenda=agenda(desk.uow.steps.of(chat.id), desk.edition(chat)))
    return private(text)


def _the_chat(call: Call) -> Chat:
    if call.chat is None:
        raise WrongState("There is no chat here to speak of. /cop upcoming shows what is planned; name one with chat=NUMBER.")
    return call.chat


def reschedule(desk: Desk, call: Call) -> Reply:
    """Ask for the new date and time; the plan moves only when it is confirmed."""
    chat = _planned(call)
    if {"date", "time"} <= call.options.keys():
        return propose_move(desk, call)
    local = chat.starts_at.astimezone(chat.zone)
    fields = (
        Field("date", "New date", value=f"{local:%Y-%m-%d}", hint="year-month-day"),
        Field("time", "New start", value=f"{local:%H:%M}", hint=f"24-hour clock, {chat.time_zone}"),
    )
    return Form("reschedule", "Move the chat", fields, value=str(chat.id), submit="Show the new plan")


def propose_move(desk: Desk, call: Call) -> Reply:
    """Show the plan as it would be, with Confirm; and ask whether to take a newer version of the question set."""
    chat = _planned(call)
    fields = {"set": chat.question_set, "zone": chat.time_zone, **call.options}
    try:
        wish = planning.understand(desk, call.community, fields)
    except planning.Wrong as wrong:
        return FormErrors(wrong.errors) if _from_form(call) else private("\n".join(wrong.errors.values()))
    timed = planning.planned(desk, chat, wish.starts)
    moved = replace(chat, starts_at=timed.starts_at, ends_at=timed.ends_at)
    newer = desk.library.freeze(chat.question_set)[0] != chat.edition
    text = desk.say(
        "move",
        chat=moved,
        was=chat,
        agenda=agenda(_ahead(desk, timed), desk.edition(chat)),
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
    chat = _planned(call)
    _, change, when, version = (*call.parts, "", "")[:4]
    if change != str(chat.change):
        raise WrongState("The plan has changed since; use /cop reschedule once more to see it as it is now.")
    edition = desk.library.freeze(chat.question_set) if version == "newer" else None
    was = chat
    starts = datetime.strptime(when, "%Y-%m-%dT%H.%M")  # noqa: DTZ007 - wall clock of the chat's own zone
    moved = planning.reschedule(desk, chat, starts, edition=edition)
    if _was_announced(desk, chat):
        text = desk.edition(moved).say("moved", chat=moved, was=was)
        outgoing.post(desk, moved, f"moved:{moved.change}", Message(text, attending.buttons(moved)), purpose="moved")
    panel.refresh(desk, moved)
    return private(desk.say("move-done", chat=moved))


def leave(desk: Desk, call: Call) -> Reply:
    """Change nothing."""
    return private(desk.say("left-as-it-is"))


def cancel(desk: Desk, call: Call) -> Reply:
    """Ask first."""
    chat = _planned(call)
    text = desk.say("cancel-sure", chat=chat, coming=len(desk.uow.chats.attendance(chat.id)), announced=_was_announced(desk, chat))
    return Private(
        Message(text, (Button("Cancel the chat", "cancel-confirm", str(chat.id), Look.DANGER), Button("Keep it", "leave", str(chat.id))))
    )


def confirm_cancel(desk: Desk, call: Call) -> Reply:
    """Nothing of the plan happens any more; who was told of the chat is told of this."""
    chat = _planned(call)
    announced = _was_announced(desk, chat)
    cancelled = replace(chat, state=State.CANCELLED, closed_at=desk.now, change=chat.change + 1)
    desk.uow.chats.save(cancelled)
    desk.uow.steps.end_all(chat.id, StepState.CANCELLED, desk.now)
    desk.uow.outbox.cancel(chat.id)
    if announced:
        text = desk.edition(chat).say("cancelled", chat=chat, by=call.by.name)
        outgoing.post(desk, cancelled, "cancelled", Message(text), purpose="cancelled")
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


def _planned(call: Call) -> Chat:
    chat = _the_chat(call)
    if chat.state is not State.PLANNED:
        raise WrongState(
            f"“{chat.title}” is {chat.state} and cannot be moved or cancelled any more; /cop close ends a chat that is running."
        )
    return chat


def _was_announced(desk: Desk, chat: Chat) -> bool:
    told = {"announce", "reading", "remind"}
    return any(step.does in told and step.state is StepState.DONE for step in desk.uow.steps.of(chat.id))


def cohost(desk: Desk, call: Call) -> Reply:
    """Name somebody as co-host, or guest."""
    chat = _the_chat(call)
    role = Role.GUEST if call.options.get("as") == "guest" else Role.CO_HOST
    members = {member.name: member for member in desk.uow.members.of_community(call.community.id)}
    name = call.text.strip().lstrip("@")
    found = members.get(name) or members.get(nearest.nearest(name, members) or "")
    if found is None:
        raise WrongState(
            f"I have not met anybody called “{name}” here yet; I get to know people when they write in the channel or press a button."
        )
    desk.uow.chats.set_role(RoleInChat(chat.id, found.id, role))
    return private(desk.say("cohost-done", chat=chat, member=found, role=role))


def _command(verb: str, summary: str, usage: str, options: tuple[str, ...] = (), free: str = "", *, form: bool = False) -> CommandSpec:
    return CommandSpec(verb, summary, usage, options, free, opens_form=form)


COMMANDS = (
    Command(
        _command("schedule", "plan a chat from a question set", "schedule [set=ID] [date=2018-01-31] [time=19:30] [zone=Europe/London] [with=NAMES]",
                 planning.DRAFT_IN_FORM, form=True),
        schedule,
    ),
    Command(_command("upcoming", "see what is coming, in your own time", "upcoming"), upcoming),
    Command(_command("preview", "see a chat's plan with clock times", "preview [chat=NUMBER]", ("chat",)), preview, needs_chat=True),
    Command(
        _command("reschedule", "move a chat that has not begun", "reschedule [date=...] [time=...]", ("chat", "date", "time"), form=True),
        reschedule, Who.HOST, needs_chat=True,
    ),
    Command(_command("cancel", "cancel a chat that has not begun", "cancel [chat=NUMBER]", ("chat",)), cancel, Who.HOST, needs_chat=True),
    Command(
        _command("cohost", "name a co-host, or a guest", "cohost NAME [as=guest]", ("chat", "as"), "a member's name"), cohost, Who.HOST, needs_chat=True
    ),
)  # fmt: skip

PRESSES = {
    "draft-confirm": Press(confirm_draft),
    "draft-change": Press(change_draft, opens_form=True),
    "draft-discard": Press(discard_draft),
    "move-confirm": Press(confirm_move, Who.HOST),
    "leave": Press(leave),
    "cancel": Press(cancel, Who.HOST),
    "cancel-confirm": Press(confirm_cancel, Who.HOST),
    "upcoming": Press(upcoming),
}

FORMS = {"schedule": Press(submitted), "reschedule": Press(propose_move, Who.HOST)}
