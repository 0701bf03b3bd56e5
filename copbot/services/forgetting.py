"""``/cop forget-me``: what it will do, asked twice, with an export offered; then done, and said what could not be done."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from copbot.domain.chat import AHEAD, FACILITATORS
from copbot.domain.message import Button, Look, Message, Private, Reply
from copbot.errors import WrongState
from copbot.ports.platform import CommandSpec
from copbot.services.call import Call, Command, Press, private
from copbot.services.desk import Desk

TIME_TO_CONFIRM = timedelta(hours=1)
"""A confirmation that was left lying about for longer is asked for again."""


def forget_me(desk: Desk, call: Call) -> Reply:
    """Explain what will and what will not be deleted; offer an export first."""
    text = desk.say("privacy-forget-me", community=call.community.name, hosted=_hosted(desk, call))
    buttons = (
        Button("Export first", "export-me", ""),
        Button("Forget me ...", "forget-me-1", f":{call.by.id}", Look.DANGER),
    )
    return Private(Message(text, buttons=buttons))


def forget_me_sure(desk: Desk, call: Call) -> Reply:
    """The second confirmation."""
    _own(desk, call)
    value = f":{call.by.id}:{desk.now.timestamp():.0f}"
    buttons = (
        Button("Yes, forget me now", "forget-me-2", value, Look.DANGER),
        Button("Export first", "export-me", ""),
    )
    return Private(Message(desk.say("privacy-forget-me-sure"), buttons=buttons))


def forget_me_now(desk: Desk, call: Call) -> Reply:
    """Forget the member and say what was done and what could not be. Their messages are buried: history never brings them back."""
    _own(desk, call)
    _still_meant(desk, call)
    rows = desk.uow.responses.of_member(call.by.id)
    texts = sum(row.text is not None for row in rows)
    keys = {row.message for row in rows if row.message is not None}
    if keys:
        desk.uow.responses.bury(keys, desk.now)
    desk.uow.members.forget(call.by, desk.now)
    return private(
        desk.say(
            "privacy-forgotten",
            community=call.community.name,
            platform=call.by.person.platform,
            rows=len(rows),
            texts=texts,
            contact=call.community.people.privacy_contact,
        )
    )


def _hosted(desk: Desk, call: Call) -> list[str]:
    """Titles of chats ahead that the member is to host."""
    ahead = {chat.id: chat.title for chat in desk.uow.chats.in_states(AHEAD, call.community.id)}
    roles = desk.uow.chats.roles(list(ahead)) if ahead else []
    return [ahead[role.chat] for role in roles if role.member == call.by.id and role.role in FACILITATORS]


def _own(desk: Desk, call: Call) -> None:
    """A button shown to somebody who has been forgotten since is no longer theirs."""
    if len(call.parts) < 2 or call.parts[1] != str(call.by.id):
        raise WrongState(desk.say("privacy-forget-me-stale"))


def _still_meant(desk: Desk, call: Call) -> None:
    if len(call.parts) != 3 or not call.parts[2].isdigit():
        raise WrongState(desk.say("privacy-forget-me-stale"))
    asked_at = datetime.fromtimestamp(int(call.parts[2]), tz=desk.now.tzinfo)
    if desk.now - asked_at > TIME_TO_CONFIRM:
        raise WrongState(desk.say("privacy-forget-me-stale"))


COMMANDS: tuple[Command, ...] = (Command(CommandSpec("forget-me", "delete what is kept about you", "forget-me"), forget_me),)

PRESSES: Mapping[str, Press] = {
    "forget-me": Press(forget_me),
    "forget-me-1": Press(forget_me_sure),
    "forget-me-2": Press(forget_me_now),
}
