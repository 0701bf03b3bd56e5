"""Naming people: hosts write names or accounts, or pick somebody from a list."""

import re
from collections.abc import Sequence

from copbot.domain.community import Community
from copbot.domain.member import Member
from copbot.domain.place import Person, Place
from copbot.domain.transcript import without_names
from copbot.services import members
from copbot.services.desk import Desk

PICKED = "person:"
"""In front of somebody's address, where a name could stand: they were picked from a list, not typed."""

PICKED_IN_WORDS = re.compile(rf"(?<![\w:]){PICKED}(\w+):([\w.-]+)")
"""Somebody picked, anywhere in the options of a command."""


def people_named(desk: Desk, community: Community, place: Place, names: Sequence[str]) -> list[Member]:
    """The members picked, and those who alone have that name or account; of the others the preview says that they are unknown."""
    if not names:
        return []
    picked = {person: "" for name in names if (person := picked_person(name)) is not None}
    met = members.meet(desk, community.id, picked)
    here = [member for member in desk.uow.members.of_community(community.id) if member.person.platform == place.platform]
    found = [by_name(here, name) for name in names]
    return [*(met[person] for person in picked if person in met), *(one[0] for one in found if len(one) == 1)]


def picked_person(name: str) -> Person | None:
    """Who was picked from a list (``person:slack:U1``); None for a name that was typed."""
    platform, _, id = name.removeprefix(PICKED).partition(":")
    return Person(platform, id) if name.startswith(PICKED) and id else None


def by_name(members: Sequence[Member], name: str) -> list[Member]:
    """The members of that account, else those of that display name, whatever the case."""
    wanted = name.casefold()
    account = [member for member in members if member.person.id.casefold() == wanted]
    return account or [member for member in members if member.name.casefold() == wanted]


def with_names(desk: Desk, community: Community, place: Place, text: str) -> str:
    """Words in which somebody mentions accounts (``@U1``), as some platforms write them, with the names of those whom copbot knows."""
    if "@" not in text:
        return text
    here = [member for member in desk.uow.members.of_community(community.id) if member.person.platform == place.platform]
    return without_names(text, {member.person.id: member.name for member in here})


def unknown_names(desk: Desk, community: Community, place: Place, names: Sequence[str]) -> list[str]:
    """Names given as co-hosts that belong to nobody copbot has met."""
    known = people_named(desk, community, place, names)
    met = {word for member in known for word in (member.name.casefold(), member.person.id.casefold())}
    return [name for name in names if picked_person(name) is None and name.casefold() not in met]
