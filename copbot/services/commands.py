"""The one way in for interactions: who acted, where, about which chat; may they; then the handler."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from copbot.domain.chat import FACILITATORS, Chat, State
from copbot.domain.community import Community
from copbot.domain.heard import Commanded, Interaction, Pressed, Request, Submitted
from copbot.domain.markup import escape
from copbot.domain.member import Member
from copbot.domain.message import Reply
from copbot.domain.place import Place
from copbot.errors import NotAllowed, WrongState
from copbot.ports.platform import CommandSpec
from copbot.services import (
    attending,
    concerns,
    facilitating,
    following_up,
    hosting,
    members,
    moving,
    nearest,
    outgoing,
    privacy,
    probes,
    scheduling,
    transcripts,
    unplanned,
)
from copbot.services.call import OPEN_FIRST, Call, Command, Press, Who, is_admin, private, the_chat
from copbot.services.desk import Desk

OPTION = re.compile(r"""(?<!\S)([a-z][a-z-]*)=(?:"([^"]*)"|(\S*))""")
LONGEST_NUMBER = 12
"""Digits of a chat's number that a database still takes for a number."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What somebody typed or pressed. ``chat`` is the chat they named, as they wrote it."""

    verb: str
    options: Mapping[str, str]
    text: str
    chat: str


def handle(desk: Desk, heard: Request) -> Reply:
    """Do what the person asks; what cannot be done is told to them in words."""
    try:
        return _handle(desk, heard)
    except (NotAllowed, WrongState) as no:
        return private(str(no))


def opens_form(heard: Request) -> bool:
    """Whether this may answer with a form; then it is tried in a read transaction first, outside the batch."""
    match heard:
        case Commanded():
            command = COMMANDS.get(_parse(heard.text).verb)
            return command is not None and command.spec.opens_form
        case Pressed():
            press = PRESSES.get(heard.action)
            return press is not None and press.opens_form
        case _:
            return False


def _handle(desk: Desk, heard: Request) -> Reply:
    said = _understood(heard)
    community = community_of(desk, heard, said.chat)
    if community is None:
        return private(desk.say("not-a-channel"))
    if isinstance(heard, Commanded):
        return _command(desk, community, heard, said)
    press = PRESSES.get(heard.action) if isinstance(heard, Pressed) else FORMS.get(heard.form)
    if press is None:
        raise WrongState("This button is from an earlier copbot and does nothing any more; `/cop help` shows what there is.")
    return _run(desk, _call(desk, community, heard, said), press)


def _understood(heard: Request) -> _Said:
    """What an interaction says: its verb, options and words, and the chat it names, if it names one."""
    match heard:
        case Commanded():
            return _parse(heard.text)
        case Pressed():
            return _Said("", {}, heard.value, heard.value.split(":")[0])
        case Submitted():
            return _Said("", dict(heard.fields), heard.value, heard.value.split(":")[0])


def _command(desk: Desk, community: Community, heard: Commanded, said: _Said) -> Reply:
    command = COMMANDS.get(said.verb)
    if command is None:
        return private(_unknown(desk, said.verb))
    strange = set(said.options) - {*command.spec.option_names, "chat"}
    if strange:
        raise WrongState(f"{said.verb} has no option “{sorted(strange)[0]}”. Write it like: `/cop {command.spec.usage}`")
    call = _call(desk, community, heard, said, command.prefers)
    if command.needs_chat and call.chat is None and said.chat:
        raise WrongState(f"There is no chat {said.chat} in {community.name}. `/cop upcoming` shows what is planned.")
    if command.needs_chat:
        the_chat(call)
    return _run(desk, call, Press(command.run, command.who))


def _run(desk: Desk, call: Call, press: Press) -> Reply:
    if press.who is Who.HOST:
        _must_be_host(desk, call)
    return press.run(desk, call)


def _must_be_host(desk: Desk, call: Call) -> None:
    chat = the_chat(call)
    if is_host(desk, chat, call.by, call.community):
        return
    names = ", ".join(host.name for host in outgoing.hosts_of(desk, chat)) or "its hosts"
    raise NotAllowed(f"Only the hosts of “{chat.title}” can do that: {names}. Everybody can use `/cop help`, upcoming, privacy and try.")


def is_host(desk: Desk, chat: Chat, member: Member, community: Community) -> bool:
    """Hosts, co-hosts and admins steer a chat."""
    if is_admin(member, community):
        return True
    return any(role.member == member.id and role.role in FACILITATORS for role in desk.uow.chats.roles([chat.id]))


def _parse(text: str) -> _Said:
    """Verb, ``name=value`` options (values with spaces in quotation marks), and the rest as free text.

    A verb that takes free text has only the options it declares: anything else with "=" belongs to the text.
    """
    verb, _, rest = text.strip().partition(" ")
    verb, rest = verb.lower() or "help", rest.strip()
    command = COMMANDS.get(verb)
    declared = {*command.spec.option_names, "chat"} if command is not None and command.spec.free else None
    found: dict[str, str] = {}

    def take(match: re.Match[str]) -> str:
        if declared is not None and match[1] not in declared:
            return match[0]
        found[match[1]] = (match[2] or match[3] or "").strip()
        return " "

    free = OPTION.sub(take, rest.replace("“", '"').replace("”", '"'))
    return _Said(verb, found, " ".join(free.split()) if found else rest, found.get("chat", ""))


def _unknown(desk: Desk, verb: str) -> str:
    return desk.say("unknown-command", verb=escape(verb), near=nearest.nearest(verb, COMMANDS), verbs=sorted(COMMANDS))


def community_of(desk: Desk, heard: Interaction, chat: str) -> Community | None:
    """The community whose channel or hosts' channel this is; in a private place that of the chat named, or one the person is known in."""
    here = heard.place
    for community in desk.library.communities():
        if any(one.platform == here.platform and here.channel in {one.channel, one.hosts_channel} for one in community.channels):
            return community
    named = _chat_by_id(desk, chat)
    known = [one for one in desk.library.communities() if desk.uow.members.by_person(one.id, [heard.person])]
    return next(iter([*(one for one in known if named is not None and one.id == named.community), *known]), None)


def _call(desk: Desk, community: Community, heard: Request, said: _Said, prefers: tuple[State, ...] = OPEN_FIRST) -> Call:
    by = members.welcome(desk, community.id, heard.person, heard.name)
    chat = _chat_by_id(desk, said.chat) if said.chat else _chat_at(desk, community, heard.place, by, prefers)
    if chat is not None and (chat.community != community.id or (chat.state is State.DRAFT and chat.created_by != by.id)):
        chat = None
    if chat is not None:
        chat = next(iter(desk.uow.chats.lock([chat.id])), chat)
    return Call(heard, by, community, heard.place, chat, said.options, said.text)


def _chat_by_id(desk: Desk, text: str) -> Chat | None:
    return desk.uow.chats.get(int(text)) if text.isdecimal() and len(text) <= LONGEST_NUMBER else None


def _chat_at(desk: Desk, community: Community, place: Place, by: Member, prefers: tuple[State, ...]) -> Chat | None:
    """The chat that a place is about: by what the verb prefers, then one that the person hosts, then of open ones the latest."""
    channels = {Place(one.platform, one.channel) for one in community.channels if place.channel in {one.channel, one.hosts_channel}}
    chats = desk.uow.chats.in_places(channels or {place.top}, prefers)
    hosted = {role.chat for role in desk.uow.chats.roles([chat.id for chat in chats]) if role.member == by.id} if chats else set()
    ahead = [chat for chat in chats if chat.state is State.PLANNED]
    begun = [chat for chat in reversed(chats) if chat.state is not State.PLANNED]
    return min([*begun, *ahead], key=lambda chat: (prefers.index(chat.state), chat.id not in hosted), default=None)


def help_(desk: Desk, call: Call) -> Reply:
    """What there is, for everybody and for hosts."""
    everybody = [command.spec for command in COMMANDS.values() if command.who is Who.ANYONE]
    hosts = [command.spec for command in COMMANDS.values() if command.who is Who.HOST]
    wanted = COMMANDS.get(call.text.split()[0].lower()) if call.text.strip() else None
    return private(desk.say("help", everybody=everybody, hosts=hosts, one=wanted.spec if wanted else None, community=call.community))


def check(desk: Desk, call: Call) -> Reply:
    """What is wrong with the files on disk now."""
    return private(desk.say("check", problems=[problem.for_people for problem in desk.library.problems()]))


_ALL: tuple[Command, ...] = (
    *scheduling.COMMANDS,
    *moving.COMMANDS,
    *hosting.COMMANDS,
    *unplanned.COMMANDS,
    *concerns.COMMANDS,
    *facilitating.COMMANDS,
    *transcripts.COMMANDS,
    *privacy.COMMANDS,
    *following_up.COMMANDS,
    Command(CommandSpec("check", "see what is wrong with the question sets on disk", "check"), check),
    Command(CommandSpec("help", "see what copbot can do", "help [VERB]", free="verb"), help_),
)

COMMANDS: Mapping[str, Command] = {command.spec.verb: command for command in _ALL}
PRESSES: Mapping[str, Press] = {
    **scheduling.PRESSES,
    **moving.PRESSES,
    **attending.PRESSES,
    **hosting.PRESSES,
    **unplanned.PRESSES,
    **probes.PRESSES,
    **facilitating.PRESSES,
    **transcripts.PRESSES,
    **privacy.PRESSES,
    **following_up.PRESSES,
}
FORMS: Mapping[str, Press] = {
    **scheduling.FORMS,
    **moving.FORMS,
    **unplanned.FORMS,
    **concerns.FORMS,
    **probes.FORMS,
    **privacy.FORMS,
    **following_up.FORMS,
}
RARE = ("on-record", "reflections", "restraint", "check", "pin", "report")
"""Verbs that stand last where a platform's menu has room for some only; the last two are used from a message's own menu."""

SPECS: tuple[CommandSpec, ...] = (
    *(command.spec for verb, command in COMMANDS.items() if verb not in RARE),
    *(COMMANDS[verb].spec for verb in RARE),
)
"""What adapters register, in this order."""
