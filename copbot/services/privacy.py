"""``/cop privacy``: what is kept about a member, since when, and changing it; ``/cop export-me``: all of it, as a file."""

from collections.abc import Mapping

from copbot.domain.chat import Chat
from copbot.domain.community import Community
from copbot.domain.consent import OFF, ON, STATES, Consent, Scope
from copbot.domain.member import Member
from copbot.domain.message import Button, File, Message, Private, Reply
from copbot.domain.switches import Switch, scope_named, state_named, switches
from copbot.errors import WrongState
from copbot.ports.platform import CommandSpec, OptionSpec
from copbot.services import follow_up_flow, forgetting, identifying, off_record, writing_back
from copbot.services.call import Call, Command, Press
from copbot.services.desk import Desk
from copbot.services.personal_export import everything_about

LABELS: Mapping[tuple[Scope, str], str] = {
    (Scope.ACTIVITY, "on"): "Note when I post",
    (Scope.ACTIVITY, "off"): "Stop noting when I post",
    (Scope.TEXT, "on"): "Keep what I write",
    (Scope.TEXT, "off"): "Erase and stop keeping my words",
    (Scope.QUOTE, "no_name"): "Quote me without my name",
    (Scope.QUOTE, "named"): "Quote me by name",
    (Scope.QUOTE, "never"): "Never quote me",
    (Scope.FOLLOW_UP, "on"): "Send me reflections",
    (Scope.FOLLOW_UP, "off"): "Stop reflections",
    (Scope.RESEARCH, "on"): "Take part in research",
    (Scope.RESEARCH, "off"): "Leave research",
}
"""What the button says that turns a switch to a state."""

SUMMARIES: Mapping[Scope, str] = {
    Scope.ACTIVITY: "note when I post",
    Scope.TEXT: "keep what I write",
    Scope.QUOTE: "quote me in what others read",
    Scope.FOLLOW_UP: "send me reflections",
    Scope.RESEARCH: "take part in research",
}
"""What each switch is about, where it is an option of the command."""


def privacy(desk: Desk, call: Call) -> Reply:
    """Show the five switches; with ``activity=off`` and the like, change them first. Raises WrongState for what is no switch or state."""
    changed = [_meant(desk, scope, state) for scope, state in call.options.items() if scope != "chat"]
    for scope, state in changed:
        _set(desk, call, scope, state, via="command")
    return _panel(desk, call, tuple(scope for scope, _ in changed))


def press(desk: Desk, call: Call) -> Reply:
    """A button under the switches: ``chat:scope:state``; the chat alone (or nothing) only shows them."""
    if len(call.parts) != 3:
        return _panel(desk, call, ())
    scope, state = _meant(desk, call.parts[1], call.parts[2])
    _set(desk, call, scope, state, via="button")
    return _panel(desk, call, (scope,))


def export_me(desk: Desk, call: Call) -> Reply:
    """A file with everything that is kept about the member."""
    file = File("copbot-about-me.json", "application/json", everything_about(desk, call.by), "Everything copbot keeps about you")
    return Private(Message(desk.say("privacy-export"), files=(file,)))


def choose(desk: Desk, member: Member, scope: Scope, state: str, *, via: str) -> None:
    """Remember a choice. Turning text off erases the text that was kept, turning follow-ups off ends those there are.

    Turning anything on holds only from now on.
    """
    desk.uow.consents.add([Consent(member.id, scope, state, desk.now, via)])
    if scope is Scope.TEXT and state == OFF:
        desk.uow.responses.erase_texts(member.id)
    if scope is Scope.FOLLOW_UP and state == OFF:
        follow_up_flow.stop(desk, member)


def _meant(desk: Desk, scope: str, state: str) -> tuple[Scope, str]:
    found = scope_named(scope)
    if found is None:
        raise WrongState(desk.say("privacy-no-switch"))
    wanted = state_named(found, state)
    if wanted is None:
        raise WrongState(desk.say("privacy-no-state", scope=found.value, states=list(STATES[found])))
    return found, wanted


def _set(desk: Desk, call: Call, scope: Scope, state: str, *, via: str) -> None:
    """Choices made twice are written once: switching on again would otherwise cost what was said in between.

    A refusal that is only the default so far is written as soon as somebody says it: a notice may change the default, never a choice.
    """
    for community, member in _concerned(desk, call):
        made = desk.uow.consents.current([member.id]).get(member.id, {}).get(scope.value)
        standing = made.state if made else _now(desk, community, member, call.chat)[scope].state
        if standing != state or (made is None and state != ON):
            choose(desk, member, scope, state, via=via)


def _concerned(desk: Desk, call: Call) -> list[tuple[Community, Member]]:
    """Whom a change concerns: in a private place, which is no community's, the person in every community that knows them."""
    if writing_back.is_channel(desk, call.place):
        return [(call.community, call.by)]
    known = ((one, desk.uow.members.by_person(one.id, [call.by.person])) for one in desk.library.communities())
    return [(community, member) for community, members in known for member in members.values()]


def _now(desk: Desk, community: Community, member: Member, chat: Chat | None) -> dict[Scope, Switch]:
    """The switches as they stand; in a chat its channel's notice counts as much as the private one."""
    choices = desk.uow.consents.current([member.id]).get(member.id, {})
    noticed_at = member.noticed_at or (chat.noticed_at if chat and chat.community == community.id else None)
    return {switch.scope: switch for switch in switches(choices, community.privacy, noticed_at)}


def _panel(desk: Desk, call: Call, changed: tuple[Scope, ...]) -> Private:
    now = _now(desk, call.community, call.by, call.chat)
    concerned = [community.name for community, _ in _concerned(desk, call)] if changed else []
    text = desk.say(
        "privacy-panel",
        switches={scope.value: switch for scope, switch in now.items()},
        changed=[scope.value for scope in changed],
        everywhere=concerned if len(concerned) > 1 else [],
        community=call.community,
        zone=call.by.time_zone or call.community.time_zone,
    )
    chat = str(call.chat.id) if call.chat else ""
    buttons = (
        Button(LABELS[scope, switch.next], "privacy", f"{chat}:{scope.value}:{switch.next}")
        for scope, switch in now.items()
        if not switch.fixed
    )
    return Private(Message(text, buttons=tuple(buttons)), window="Your privacy")


def _switch_option(scope: Scope) -> OptionSpec:
    return OptionSpec(scope.value.replace("_", "-"), SUMMARIES[scope], tuple(state.replace("_", "-") for state in STATES[scope]))


COMMANDS: tuple[Command, ...] = (
    Command(
        CommandSpec(
            "privacy",
            "see and change what is kept about you",
            "privacy [activity=off] [text=on] [quote=no-name] [follow-up=off] [research=off]",
            options=tuple(_switch_option(scope) for scope in Scope),
        ),
        privacy,
    ),
    Command(CommandSpec("export-me", "get a file with everything kept about you", "export-me"), export_me),
    *off_record.COMMANDS,
    *forgetting.COMMANDS,
)

PRESSES: Mapping[str, Press] = {
    "privacy": Press(press),
    "export-me": Press(export_me),
    **off_record.PRESSES,
    **forgetting.PRESSES,
    **identifying.PRESSES,
}

FORMS: Mapping[str, Press] = {}
