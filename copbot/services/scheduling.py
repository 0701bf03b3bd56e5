"""``/cop schedule``: form, draft, Confirm; and what is coming."""

from collections.abc import Mapping, Sequence
from datetime import date

from copbot.domain.chat import AHEAD, Chat, State
from copbot.domain.community import Community
from copbot.domain.markup import place_link
from copbot.domain.member import Member
from copbot.domain.message import Button, Field, FieldKind, Form, FormErrors, Look, Message, Option, Private, Reply
from copbot.domain.place import Place
from copbot.domain.plan import cannot_host
from copbot.domain.question import QuestionSet
from copbot.domain.schedule import local_date
from copbot.domain.step import StepState
from copbot.errors import NotAllowed, WrongState
from copbot.ports.platform import CommandSpec
from copbot.services import naming, options, outgoing, planning
from copbot.services.agenda import agenda
from copbot.services.call import Call, Command, Press, is_admin, private, the_chat
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
    if admins and not is_admin(call.by, call.community):
        who = ", ".join(admins)
        raise NotAllowed(
            f"In {call.community.name}, chats are scheduled by {who}. Ask them, or show them what you would like to talk about."
        )


def _draft(desk: Desk, call: Call, fields: Mapping[str, str]) -> Reply:
    try:
        place = _channel(call)
        wish = planning.understand(desk, call.community, fields)
    except planning.Wrong as wrong:
        if set(wrong.errors) <= set(planning.DRAFT_IN_FORM) and call.is_form:
            return FormErrors(wrong.errors)
        return private("\n".join(f"- {text}" for text in wrong.errors.values()))
    if call.is_form and call.chat is not None and call.chat.state is State.DRAFT:
        desk.uow.chats.delete_draft(call.chat.id)
    chat = planning.draft(desk, call.community, place, call.by, wish)
    return _preview_draft(
        desk, chat, planning.cautions(desk, chat, wish), naming.unknown_names(desk, call.community, call.place, wish.cohosts)
    )


def _channel(call: Call) -> Place:
    """Where the chat will be: the channel chosen, or that in which the command was typed, or the community's first on that platform.

    Raises Wrong for a channel in which the community does not meet.
    """
    here = call.place.top
    if chosen := call.options.get("in", "").lstrip("#"):
        if chosen not in _channels(call):
            raise planning.Wrong({"in": _meets_elsewhere(call)})
        return Place(here.platform, chosen)
    for setting in call.community.channels:
        if setting.platform == here.platform and here.channel in {setting.channel, setting.hosts_channel}:
            return Place(here.platform, setting.channel)
    first = next(iter(_channels(call)), None)
    return Place(here.platform, first) if first else here


def _meets_elsewhere(call: Call) -> str:
    """To be read beside a form's field, or with a command for each channel that there is."""
    said, channels = f"{call.community.name} does not meet there.", _channels(call)
    if call.is_form or not channels:
        return f"{said} Choose the channel in which its chats are held."
    commands = (f"{place_link(Place(call.place.platform, one), one)} (`/cop schedule in={one}`)" for one in channels)
    return f"{said} Its chats are held in {' or '.join(commands)}."


def _channels(call: Call) -> list[str]:
    """The channels of the community on the platform where somebody acts."""
    return [one.channel for one in call.community.channels if one.platform == call.place.platform]


def _preview_draft(desk: Desk, chat: Chat, cautions: tuple[planning.Caution, ...], unknown: list[str]) -> Reply:
    edition = desk.edition(chat)
    text = desk.say(
        "draft",
        chat=chat,
        question_set=edition.question_set,
        format=edition.format,
        agenda=agenda(planning.ahead(desk, planning.planned(desk, chat)), edition),
        cautions=[caution.text for caution in cautions],
        unknown=unknown,
        hosts=outgoing.hosts_of(desk, chat),
    )
    return Private(Message(text, draft_buttons(chat)))


def draft_buttons(chat: Chat) -> tuple[Button, ...]:
    """What can become of a draft."""
    value = str(chat.id)
    return (
        Button("Confirm", "draft-confirm", value, Look.PRIMARY),
        Button("Change", "draft-change", value),
        Button("Discard", "draft-discard", value, Look.DANGER),
    )


def _suggested(desk: Desk, call: Call) -> dict[str, str]:
    """The form, filled from the question set named or the one that comes next."""
    sets = hostable(desk, call.community)
    chosen = desk.library.question_set(call.options.get("set", "")) or _first_ahead(sets, local_date(desk.now, call.community.zone))
    zone = (chosen.suggested.time_zone if chosen else None) or call.by.time_zone or call.community.time_zone
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


def hostable(desk: Desk, community: Community) -> list[QuestionSet]:
    """The community's question sets whose format can be held."""
    return [one for one in desk.library.question_sets(community.id) if (f := desk.library.format(one.format)) and not cannot_host(f)]


def _first_ahead(sets: list[QuestionSet], today: date) -> QuestionSet | None:
    """The set whose own date comes next; without one, a set that names no date. ``today`` is the community's."""
    dated = sorted((one for one in sets if one.suggested.date and one.suggested.date >= today), key=lambda one: one.suggested.date or today)
    undated = [one for one in sets if one.suggested.date is None]
    return next(iter([*dated, *undated, *sets]), None)


def _form(desk: Desk, call: Call, filled: Mapping[str, str], cohosts: Sequence[Member] = ()) -> Reply:
    sets = hostable(desk, call.community)
    if not sets:
        return private(desk.say("no-question-sets", community=call.community))
    offered = tuple(Option(one.id, one.title) for one in sets)
    fields = (
        Field("set", "Question set", FieldKind.CHOICE, filled.get("set", ""), options=offered),
        Field("date", "Date", FieldKind.DATE, filled.get("date", ""), "year-month-day, for example 2018-01-31"),
        Field("time", "Starts at", FieldKind.TIME, filled.get("time", ""), "24-hour clock, for example 19:30"),
        Field("zone", "Time zone", value=filled.get("zone", ""), hint="for example Europe/London"),
        Field(
            *("with", "Hosted with", FieldKind.PEOPLE, filled.get("with", ""), "names, with commas between them"),
            required=False,
            people=tuple(member.person for member in cohosts),
        ),
    )
    return Form("schedule", "Schedule a chat", fields, filled.get("draft", ""), "Show the plan", _where(call, filled.get("in", "")))


def _where(call: Call, chosen: str) -> tuple[Field, ...]:
    """Which channel, if there is a choice."""
    channels = _channels(call)
    here = chosen or _channel(call).channel
    offered = tuple(Option(channel, f"#{channel}") for channel in channels)
    return (Field("in", "Channel", FieldKind.CHANNEL, here, "where the chat is held", options=offered),) if len(channels) > 1 else ()


def change_draft(desk: Desk, call: Call) -> Reply:
    """The form again, filled from the draft."""
    chat = _draft_of(call)
    local = chat.starts_at.astimezone(chat.zone)
    cohosts = [host for host in outgoing.hosts_of(desk, chat) if host.id != call.by.id]
    filled = {
        "set": chat.question_set,
        "date": f"{local:%Y-%m-%d}",
        "time": f"{local:%H:%M}",
        "zone": chat.time_zone,
        "with": ", ".join(host.name for host in cohosts),
        "in": chat.place.channel,
        "draft": str(chat.id),
    }
    return _form(desk, call, filled, cohosts)


def confirm_draft(desk: Desk, call: Call) -> Reply:
    """From now on the plan runs by itself."""
    chat = _draft_of(call)
    if twin := planning.twin(desk, chat):
        desk.uow.chats.delete_draft(chat.id)
        when = f"{twin.starts_at.astimezone(chat.zone):%a %d %b %H:%M}"
        return private(f"“{twin.title}” is planned already for {when}; nothing was added. /cop preview chat={twin.id} shows its plan.")
    skipped = planning.confirm(desk, chat)
    steps = [step for step in desk.uow.steps.of(chat.id) if step.state is StepState.DUE]
    first = next(iter(agenda(steps, desk.edition(chat))), None)
    text = desk.say("confirmed", chat=chat, skipped=[key.replace("_", " ") for key in skipped], first=first)
    value = str(chat.id)
    buttons = (
        Button("See the plan", "preview", value),
        Button("Move it", "reschedule", value),
        Button("Cancel it", "cancel", value, Look.DANGER),
    )
    return Private(Message(text, buttons))


def discard_draft(desk: Desk, call: Call) -> Reply:
    """Nothing was posted, nothing is kept."""
    chat = _draft_of(call)
    desk.uow.chats.delete_draft(chat.id)
    return private(desk.say("discarded", chat=chat))


def _draft_of(call: Call) -> Chat:
    if call.chat is None or call.chat.state is not State.DRAFT:
        raise WrongState("This draft is not waiting any more: it was confirmed or discarded before. See `/cop upcoming`.")
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
    chat = the_chat(call)
    text = desk.say("preview", chat=chat, agenda=agenda(desk.uow.steps.of(chat.id), desk.edition(chat)))
    return private(text)


SCHEDULE = CommandSpec(
    "schedule",
    "plan a chat from a question set",
    "schedule [set=ID] [date=2018-01-31] [time=19:30] [zone=Europe/London] [with=NAMES] [in=CHANNEL]",
    (options.SET, options.DATE, options.TIME, options.ZONE, options.WITH, options.IN),
    opens_form=True,
)

COMMANDS = (
    Command(SCHEDULE, schedule),
    Command(CommandSpec("upcoming", "see what is coming, in your own time", "upcoming"), upcoming),
    Command(
        CommandSpec("preview", "see a chat's plan with clock times", "preview [chat=NUMBER]", (options.CHAT,)), preview, needs_chat=True
    ),
)

PRESSES = {
    "draft-confirm": Press(confirm_draft),
    "draft-change": Press(change_draft, opens_form=True),
    "draft-discard": Press(discard_draft),
    "upcoming": Press(upcoming),
    "preview": Press(preview),
}

FORMS = {"schedule": Press(submitted)}
