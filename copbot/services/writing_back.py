"""Direct messages that members write back to a follow-up: taken as reflections, and followed when they are edited or removed."""

from collections.abc import Sequence
from dataclasses import replace

from copbot.domain.follow_up import FollowUp, FollowUpState, Reflection
from copbot.domain.heard import Said
from copbot.domain.member import Member
from copbot.domain.message import Message
from copbot.domain.place import Place
from copbot.domain.response import MessageKey
from copbot.services import follow_up_flow, outgoing
from copbot.services.desk import Desk
from copbot.services.sifting import Post, Sifted, key_of


def heard_privately(desk: Desk, said: Said) -> bool:
    """Take a direct message as the reflection that the member was asked for there. False if it is none; channels cost nothing."""
    if is_channel(desk, said.place):
        return False
    found = _question_asked_in(desk, said)
    if found is None:
        return False
    follow_up, member = found
    key = key_of(said.place, said.message)
    if not said.text.strip() or desk.uow.responses.buried([key]) or not desk.uow.interactions.new([f"said:{_address(key)}"], desk.now):
        return True
    kinds = follow_up_flow.may_identify(desk, member, said.text)
    if kinds:
        _tell_of_identifiers(desk, member, follow_up.id, _address(key), kinds)
    else:
        follow_up_flow.keep(desk, follow_up, said.text, key)
    return True


def follow(desk: Desk, sifted: Sifted) -> None:
    """Let reflections follow the direct messages that they were taken from; channels cost nothing."""
    removed = {key_of(event.place, event.message) for event in sifted.removed if not is_channel(desk, event.place)}
    edits = {post.key: post for post in sifted.posts if post.version and not is_channel(desk, post.place)}
    written = desk.uow.follow_ups.of_direct_messages(removed | edits.keys()) if removed or edits else []
    gone = [one for one in written if one.message in removed]
    if gone:
        desk.uow.responses.bury({one.message for one in gone if one.message is not None}, desk.now)
        desk.uow.follow_ups.remove_reflections([one.id for one in gone])
    changed = [(one, edits[one.message]) for one in written if one.message in edits and edits[one.message].version > one.version]
    if changed:
        members = desk.uow.members.many({one.member for one, _ in changed})
        desk.uow.follow_ups.save_reflections([_edited(desk, one, members[one.member], post) for one, post in changed])


def _edited(desk: Desk, reflection: Reflection, member: Member, post: Post) -> Reflection:
    """With the words as they are now; with none where they may identify somebody, until the next edit."""
    kinds = follow_up_flow.may_identify(desk, member, post.text)
    if kinds:
        _tell_of_identifiers(desk, member, reflection.follow_up, f"{_address(post.key)}:{post.version}", kinds)
    return replace(reflection, text="" if kinds else post.text.strip(), version=post.version)


def _tell_of_identifiers(desk: Desk, member: Member, follow_up: int, address: str, kinds: Sequence[str]) -> None:
    text = Message(desk.say("follow-up-identifier", kinds=kinds))
    outgoing.tell_privately(desk, member, f"follow-up:{follow_up}:check:{address}", text, purpose=follow_up_flow.PURPOSE)


def _address(key: MessageKey) -> str:
    return f"{key.platform}:{key.channel}:{key.message}"


def is_channel(desk: Desk, place: Place) -> bool:
    """Whether it is a channel or a hosts' channel of a community."""
    return (place.platform, place.channel) in channels(desk)


def channels(desk: Desk) -> frozenset[tuple[str, str]]:
    """Platform and id of all channels and hosts' channels of communities."""
    settings = [setting for community in desk.library.communities() for setting in community.channels]
    return frozenset((each.platform, id) for each in settings for id in (each.channel, each.hosts_channel) if id is not None)


def _question_asked_in(desk: Desk, said: Said) -> tuple[FollowUp, Member] | None:
    """The newest question that is with this account's owner and was sent to this very place. None to those who want none any more."""
    asked = [
        (follow_up, member)
        for community in desk.library.communities()
        for member in desk.uow.members.by_person(community.id, [said.person]).values()
        for follow_up in desk.uow.follow_ups.in_state(member.id, FollowUpState.ASKED)
    ]
    if not asked:
        return None
    subscribed = desk.uow.follow_ups.subscribers({member.id for _, member in asked})
    sent = desk.uow.outbox.by_keys([follow_up_flow.key_of(follow_up) for follow_up, _ in asked])
    here = [
        (follow_up, member)
        for follow_up, member in asked
        if member.id in subscribed
        and (row := sent.get(follow_up_flow.key_of(follow_up)))
        and row.posted
        and row.posted.place.top == said.place.top
    ]
    return max(here, key=lambda pair: (pair[0].asked_at or desk.now, pair[0].id), default=None)
