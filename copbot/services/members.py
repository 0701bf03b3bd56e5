"""Getting to know people: members are made when they are first seen, by set."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from random import Random

from copbot.domain.consent import OFF, Consent, Scope
from copbot.domain.heard import Joined, Left
from copbot.domain.member import Member
from copbot.domain.place import Person, Profile
from copbot.services.desk import Desk

PSEUDONYM_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
PSEUDONYM_LENGTH = 8
"""40 bits: among ten thousand members of a community two share one with a probability of 0.00005."""


def pseudonym(random: Random) -> str:
    """A name by chance, such as ``member-k3p2xq7a``."""
    return "member-" + "".join(random.choices(PSEUDONYM_LETTERS, k=PSEUDONYM_LENGTH))


def meet(desk: Desk, community: str, names: Mapping[Person, str], also: Collection[Person] = ()) -> dict[Person, Member]:
    """The members behind people whose posts were heard; made where they are new, their names kept up to date.

    People who asked to be forgotten are not made again by what they say: they are missing from what is returned.
    ``also``: people only spoken of, who are looked up but never made.
    """
    known = desk.uow.members.by_person(community, {*names, *also}) if names or also else {}
    unknown = [person for person in names if person not in known]
    forgotten = desk.uow.members.who_was_forgotten(unknown) if unknown else set()
    renamed = [member._replace(name=names[person]) for person, member in known.items() if names.get(person, "") not in ("", member.name)]
    if renamed:
        desk.uow.members.save_all(renamed)
    made = _make(desk, community, {person: names[person] for person in unknown if person not in forgotten})
    return known | {member.person: member for member in [*renamed, *made]}


def welcome(desk: Desk, community: str, person: Person, name: str) -> Member:
    """The member behind a person who turned to the bot by a command, button or form; made if they are new.

    Who comes back after asking to be forgotten starts with everything off.
    """
    known = meet(desk, community, {person: name}).get(person)
    if known is not None:
        return known
    member = _make(desk, community, {person: name})[0]
    desk.uow.consents.add([Consent(member.id, Scope.ACTIVITY, OFF, desk.now, via="forgotten before")])
    return member


def know(desk: Desk, profile: Profile) -> None:
    """Take over what a platform tells about a person, wherever they are a member."""
    for community in desk.library.communities():
        for member in desk.uow.members.by_person(community.id, [profile.person]).values():
            desk.uow.members.save(member._replace(name=profile.name or member.name, time_zone=profile.time_zone))


def come_and_go(desk: Desk, moves: Sequence[Joined | Left]) -> None:
    """Take over who joined and who left the channels of communities; the last of each person counts."""
    by_community: dict[str, dict[Person, Joined | Left]] = {}
    for move in moves:
        community = desk.library.community_at(move.place.platform, move.place.channel)
        if community is not None:
            by_community.setdefault(community.id, {})[move.person] = move
    for id, last in by_community.items():
        _move(desk, id, last)


def _move(desk: Desk, community: str, last: Mapping[Person, Joined | Left]) -> None:
    joined = {person: move.name for person, move in last.items() if isinstance(move, Joined)}
    gone = {person: move.at for person, move in last.items() if isinstance(move, Left)}
    back = [member._replace(left_at=None) for member in meet(desk, community, joined).values() if member.left_at is not None]
    left = [member._replace(left_at=gone[person]) for person, member in _known(desk, community, gone).items()]
    if back or left:
        desk.uow.members.save_all([*back, *left])


def _known(desk: Desk, community: str, people: Mapping[Person, datetime]) -> dict[Person, Member]:
    return desk.uow.members.by_person(community, list(people)) if people else {}


def _make(desk: Desk, community: str, names: Mapping[Person, str]) -> list[Member]:
    if not names:
        return []
    pseudonyms = _pseudonyms(desk.random, len(names))
    return desk.uow.members.add(
        Member(id=0, community=community, person=person, name=name or person.id, pseudonym=alias)
        for (person, name), alias in zip(names.items(), pseudonyms, strict=True)
    )


def _pseudonyms(random: Random, count: int) -> Iterable[str]:
    chosen: dict[str, None] = {}
    while len(chosen) < count:
        chosen[pseudonym(random)] = None
    return chosen
