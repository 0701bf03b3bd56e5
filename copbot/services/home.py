"""The bot's own page: what comes up, what waits for a host, and the privacy switches, for one person."""

from collections.abc import Iterator

from copbot.domain.chat import FACILITATORS, Chat, State
from copbot.domain.community import Community
from copbot.domain.heard import Commanded
from copbot.domain.member import Member
from copbot.domain.message import Message, Private
from copbot.domain.place import Person, Place
from copbot.services import panel, privacy, scheduling
from copbot.services.call import Call
from copbot.services.desk import Desk


def page(desk: Desk, person: Person) -> list[Message]:
    """One part after the other, for every community that knows the person; reads only."""
    known = [
        (community, member)
        for community in desk.library.communities()
        if (member := desk.uow.members.by_person(community.id, [person]).get(person)) is not None
    ]
    if not known:
        return [Message(desk.say("home-stranger", communities=_communities_on(desk, person.platform)))]
    return [part for community, member in known for part in _of_community(desk, community, member)]


def _communities_on(desk: Desk, platform: str) -> list[Community]:
    return [one for one in desk.library.communities() if any(channel.platform == platform for channel in one.channels)]


def _of_community(desk: Desk, community: Community, member: Member) -> Iterator[Message]:
    person, place = member.person, Place(member.person.platform, member.person.id)
    begun = desk.uow.chats.in_states({State.OPEN, State.CLOSING}, community.id)
    call = Call(Commanded("", desk.now, place, person, ""), member, community, place, begun[-1] if begun else None)
    yield from _for_hosts(desk, call)
    yield _mine(desk, call)
    for shown in (scheduling.upcoming(desk, call), privacy.privacy(desk, call)):
        if isinstance(shown, Private):
            yield shown.message


def _for_hosts(desk: Desk, call: Call) -> Iterator[Message]:
    """Their drafts that wait for Confirm, and the panels of their chats that are open."""
    for chat in desk.uow.chats.in_states({State.DRAFT}, call.community.id):
        if chat.created_by == call.by.id:
            yield Message(desk.say("home-draft", chat=chat), scheduling.draft_buttons(chat))
    for chat in _with_role(desk, call, desk.uow.chats.in_states({State.OPEN, State.CLOSING}, call.community.id)):
        yield panel.panel(desk, chat)


def _with_role(desk: Desk, call: Call, chats: list[Chat]) -> list[Chat]:
    roles = desk.uow.chats.roles([chat.id for chat in chats]) if chats else []
    hosted = {role.chat for role in roles if role.member == call.by.id and role.role in FACILITATORS}
    return [chat for chat in chats if chat.id in hosted]


def _mine(desk: Desk, call: Call) -> Message:
    """The chats ahead that the person hosts or said they would come to."""
    chats = desk.uow.chats.in_states({State.PLANNED, State.OPEN}, call.community.id)
    hosted = {chat.id for chat in _with_role(desk, call, chats)}
    mine = [chat for chat in chats if chat.id in hosted or any(one.member == call.by.id for one in desk.uow.chats.attendance(chat.id))]
    zone = call.by.time_zone or call.community.time_zone
    return Message(desk.say("home-mine", chats=mine[: scheduling.SOON], hosted=sorted(hosted), community=call.community, zone=zone))
