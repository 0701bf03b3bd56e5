"""``/cop privacy``: what is kept about a member, since when, and changing it; ``/cop export-me``: all of it, as a file."""

from collections.abc import Mapping

from copbot.domain.consent import OFF, ON, STATES, Consent, Scope
from copbot.domain.member import Member
from copbot.domain.message import Button, File, Message, Private, Reply
from copbot.domain.switches import Switch, scope_named, state_named, switches
from copbot.errors import WrongState
from copbot.ports.platform import CommandSpec
from copbot.services import forgetting, identifying, off_record
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
    """Remember a choice. Turning text off erases the text that was kept; turning anything on holds only from now on."""
    desk.uow.consents.add([Consent(member.id, scope, state, desk.now, via)])
    if scope is Scope.TEXT and state == OFF:
        desk.uow.responses.erase_texts(member.id)


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
    made = desk.uow.consents.current([call.by.id]).get(call.by.id, {}).get(scope.value)
    standing = made.state if made else _now(desk, call)[scope].state
    if standing != state or (made is None and state != ON):
        choose(desk, call.by, scope, state, via=via)


def _now(desk: Desk, call: Call) -> dict[Scope, Switch]:
    """The switches as they stand; in a chat its channel's notice counts as much as the private one."""
    choices = desk.uow.consents.current([call.by.id]).get(call.by.id, {})
    noticed_at = call.by.noticed_at or (call.chat.noticed_at if call.chat else None)
    return {switch.scope: switch for switch in switches(choices, call.community.privacy, noticed_at)}


def _panel(desk: Desk, call: Call, changed: tuple[Scope, ...]) -> Private:
    now = _now(desk, call)
    text = desk.say(
        "privacy-panel",
        switches={scope.value: switch for scope, switch in now.items()},
        changed=[scope.value for scope in changed],
        community=call.community,
        zone=call.by.time_zone or call.community.time_zone,
    )
    chat = str(call.chat.id) if call.chat else ""
    buttons = (
        Button(LABELS[scope, switch.next], "privacy", f"{chat}:{scope.value}:{switch.next}")
        for scope, switch in now.items()
        if not switch.fixed
    )
    return Private(Message(text, buttons=tuple(buttons)))


COMMANDS: tuple[Command, ...] = (
    Command(
        CommandSpec(
            "privacy",
            "see and change what is kept about you",
            "privacy [activity=off] [text=on] [quote=no-name] [follow-up=off] [research=off]",
            options=tuple(scope.value.replace("_", "-") for scope in Scope),
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
