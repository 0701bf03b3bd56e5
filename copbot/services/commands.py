"""The one way in for interactions: who acted, where, about which chat; may they; then the handler."""

import re
import shlex
from collections.abc import Mapping

from copbot.domain.chat import FACILITATORS, HEARING, Chat, State
from copbot.domain.community import Community
from copbot.domain.heard import Commanded, Interaction, Pressed, Submitted
from copbot.domain.markup import escape
from copbot.domain.member import Member
from copbot.domain.message import Reply
from copbot.domain.place import Place
from copbot.errors import NotAllowed, WrongState
from copbot.ports.platform import CommandSpec
from copbot.services import (
    attending,
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
)
from copbot.services.call import Call, Command, Press, Who, private, the_chat
from copbot.services.desk import Desk

OPTION = re.compile(r"^([a-z][a-z-]*)=(.*)$", re.DOTALL)


def handle(desk: Desk, heard: Interaction) -> Reply:
    """Do what the person asks; what cannot be done is told to them in words."""
    try:
        return _handle(desk, heard)
    except (NotAllowed, WrongState) as no:
        return private(str(no))


def opens_form(heard: Interaction) -> bool:
    """Whether this may answer with a form; then it is tried in a read transaction first, outside the batch."""
    match heard:
        case Commanded():
            command = COMMANDS.get(_words(heard.text)[0])
            return command is not None and command.spec.opens_form
        case Pressed():
            press = PRESSES.get(heard.action)
            return press is not None and press.opens_form
        case _:
            return False


def _handle(desk: Desk, heard: Interaction) -> Reply:
    community = _community(desk, heard)
    if community is None:
        return private(desk.say("not-a-channel"))
    match heard:
        case Commanded():
            return _command(desk, community, heard)
        case Pressed():
            found, text, options = PRESSES.get(heard.action), heard.value, {}
        case Submitted():
            found, text, options = FORMS.get(heard.form), heard.value, dict(heard.fields)
    if found is None:
        raise WrongState("This button is from an earlier copbot and does nothing any more; /cop help shows what there is.")
    call = _call(desk, community, heard, text, options)
    return _run(desk, call, found)


def _command(desk: Desk, community: Community, heard: Commanded) -> Reply:
    verb, options, text = _parse(heard.text)
    command = COMMANDS.get(verb)
    if command is None:
        return private(_unknown(desk, verb))
    call = _call(desk, community, heard, text, options)
    strange = set(options) - {*command.spec.options, "chat"}
    if strange:
        raise WrongState(f"{verb} has no option “{sorted(strange)[0]}”. Write it like: /cop {command.spec.usage}")
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
    raise NotAllowed(f"Only the hosts of “{chat.title}” can do that: {names}. Everybody can use /cop help, upcoming, privacy and try.")


def is_host(desk: Desk, chat: Chat, member: Member, community: Community) -> bool:
    """Hosts, co-hosts and admins steer a chat."""
    if {f"@{member.name}", f"@{member.person.id}", f"{member.person.platform}:{member.person.id}"} & set(community.people.admins):
        return True
    return any(role.member == member.id and role.role in FACILITATORS for role in desk.uow.chats.roles([chat.id]))


def _words(text: str) -> list[str]:
    return [*text.split(maxsplit=1), "help"][:1] if text.strip() else ["help"]


def _parse(text: str) -> tuple[str, dict[str, str], str]:
    """Verb, ``name=value`` options (values with spaces in quotation marks), and the rest as free text."""
    verb, _, rest = text.strip().partition(" ")
    if "=" not in rest:
        return verb.lower() or "help", {}, rest.strip()
    try:
        words = shlex.split(rest.replace("“", '"').replace("”", '"').replace("'", "\\'"))
    except ValueError:
        words = rest.split()
    options = {found[1]: found[2] for word in words if (found := OPTION.match(word))}
    return verb.lower() or "help", options, " ".join(word for word in words if not OPTION.match(word))


def _unknown(desk: Desk, verb: str) -> str:
    return desk.say("unknown-command", verb=escape(verb), near=nearest.nearest(verb, COMMANDS), verbs=sorted(COMMANDS))


def _community(desk: Desk, heard: Interaction) -> Community | None:
    """The community whose channel or hosts' channel this is; in a private place the one that the person is known in."""
    here = heard.place
    found = desk.library.community_at(here.platform, here.channel)
    if found is not None:
        return found
    communities = desk.library.communities()
    for community in communities:
        if any((one.platform, one.hosts_channel) == (here.platform, here.channel) for one in community.channels):
            return community
    known = [one for one in communities if desk.uow.members.by_person(one.id, [heard.person])]
    return next(iter([*_of_chat_named(desk, heard, known), *known, *communities]), None)


def _of_chat_named(desk: Desk, heard: Interaction, known: list[Community]) -> list[Community]:
    chat = _chat_by_id(desk, _first_part(heard))
    return [one for one in known if chat is not None and one.id == chat.community]


def _first_part(heard: Interaction) -> str:
    return "" if isinstance(heard, Commanded) else heard.value.split(":")[0]


def _call(desk: Desk, community: Community, heard: Interaction, text: str, options: Mapping[str, str]) -> Call:
    by = members.welcome(desk, community.id, heard.person, heard.name)
    named = options.get("chat") or _first_part(heard)
    chat = _chat_by_id(desk, named) if named else _chat_at(desk, community, heard.place)
    if chat is not None and chat.community != community.id:
        chat = None
    if chat is not None and by.id:
        chat = next(iter(desk.uow.chats.lock([chat.id])), chat)
    return Call(heard, by, community, heard.place, chat, options, text)


def _chat_by_id(desk: Desk, text: str) -> Chat | None:
    return desk.uow.chats.get(int(text)) if text.isdecimal() else None


def _chat_at(desk: Desk, community: Community, place: Place) -> Chat | None:
    """The chat that a place is about: the one that is open there, else the one whose threads are, else the next."""
    channels = {Place(one.platform, one.channel) for one in community.channels if place.channel in {one.channel, one.hosts_channel}}
    chats = desk.uow.chats.in_places(channels or {place.top}, (*HEARING, State.PLANNED))
    order = {State.OPEN: 0, State.PLANNED: 2, State.CLOSING: 1}
    return min(chats, key=lambda chat: (order[chat.state], chat.starts_at), default=None)


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
    **probes.PRESSES,
    **facilitating.PRESSES,
    **transcripts.PRESSES,
    **privacy.PRESSES,
    **following_up.PRESSES,
}
FORMS: Mapping[str, Press] = {
    **scheduling.FORMS,
    **moving.FORMS,
    **hosting.FORMS,
    **probes.FORMS,
    **privacy.FORMS,
    **following_up.FORMS,
}
SPECS: tuple[CommandSpec, ...] = tuple(command.spec for command in _ALL)
"""What adapters register."""
