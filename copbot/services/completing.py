"""What somebody who is typing an option of a command could mean. It reads only, and shows nothing that they could not see anyhow."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import available_timezones

from copbot.domain.chat import AHEAD, ON_PLAN, Chat
from copbot.domain.community import Community
from copbot.domain.heard import Completing
from copbot.domain.member import Member
from copbot.domain.message import Choices, Option
from copbot.domain.question import QuestionSet
from copbot.domain.schedule import local_date
from copbot.services import commands, planning, scheduling
from copbot.services.desk import Desk

MOST = 25
"""Choices shown at once: as many as Discord shows, and more than anybody reads."""

DAYS_AHEAD = 14
"""Dates that are offered before anything is typed."""

AFTERWARDS = frozenset({"transcript", "restraint"})
"""Verbs that are about chats that are over, too."""

HALF_HOURS = tuple(f"{hour:02}:{minute}" for hour in (*range(8, 24), *range(8)) for minute in ("00", "30"))
CLOCK = re.compile(r"(\d{1,2})(?:[.:h](\d{0,2}))?\s*(am|pm)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Typing:
    """Somebody is typing, in a community. ``by`` is who they are there, if they are known."""

    heard: Completing
    community: Community
    by: Member | None

    @property
    def typed(self) -> str:
        return self.heard.typed.strip()


def choices(desk: Desk, heard: Completing) -> Choices:
    """What the option could be, best first; nothing where there is no community, or where nothing is known about such an option."""
    offer = OFFERS.get(heard.option)
    community = commands.community_of(desk, heard, heard.options.get("chat", ""))
    if offer is None or community is None:
        return Choices()
    by = desk.uow.members.by_person(community.id, [heard.person]).get(heard.person)
    return Choices(tuple(offer(desk, _Typing(heard, community, by)))[:MOST])


def _matching(options: Iterable[Option], typed: str) -> list[Option]:
    """Those in which what was typed begins a word, then those that have it anywhere; each in the order given."""
    wanted = typed.casefold()
    begins = re.compile(rf"(?<!\w){re.escape(wanted)}")
    found = [one for one in options if wanted in f"{one.value} {one.label}".casefold()]
    return sorted(found, key=lambda one: begins.search(f"{one.value} {one.label}".casefold()) is None)


def _chats(desk: Desk, typing: _Typing) -> list[Option]:
    """What is planned or going on, next first; where a verb looks back, what is over, last first."""
    states = ON_PLAN if typing.heard.verb in AFTERWARDS else AHEAD
    chats = desk.uow.chats.in_states(states, typing.community.id)
    coming = [chat for chat in chats if chat.state in AHEAD]
    over = [chat for chat in reversed(chats) if chat.state not in AHEAD]
    return _matching((_chat(chat) for chat in [*coming, *over]), typing.typed)


def _chat(chat: Chat) -> Option:
    return Option(str(chat.id), f"{chat.id}: {chat.title}, {chat.starts_at.astimezone(chat.zone):%a %d %b %Y, %H:%M}")


def _sets(desk: Desk, typing: _Typing) -> list[Option]:
    hostable = scheduling.hostable(desk, typing.community)
    return _matching((Option(one.id, one.title) for one in hostable), typing.typed)


def _chosen_set(desk: Desk, typing: _Typing) -> QuestionSet | None:
    return desk.library.question_set(typing.heard.options.get("set", ""))


def _dates(desk: Desk, typing: _Typing) -> list[Option]:
    """The date that the question set chosen names, then the days to come; what is typed may be "wed", "31" or "2018-01"."""
    today = local_date(desk.now, typing.community.zone)
    chosen = _chosen_set(desk, typing)
    own = [chosen.suggested.date] if chosen and chosen.suggested.date and chosen.suggested.date >= today else []
    ahead = DAYS_AHEAD if not typing.typed else planning.FURTHEST.days
    days = (today + timedelta(days=day) for day in range(1, ahead))
    return _matching((_day(day) for day in dict.fromkeys([*own, today, *days])), typing.typed)


def _day(day: date) -> Option:
    return Option(day.isoformat(), f"{day:%A} {day.day} {day:%B %Y}")


def _times(desk: Desk, typing: _Typing) -> list[Option]:
    """The time that the question set chosen names, then the half hours that go on as what was typed begins."""
    chosen = _chosen_set(desk, typing)
    suggested = [f"{chosen.suggested.starts:%H:%M}"] if chosen and chosen.suggested.starts else []
    times = dict.fromkeys([*suggested, "19:30", *HALF_HOURS])
    begun = _begun(typing.typed)
    return [Option(time, time) for time in times if any(time.startswith(one) for one in begun)]


def _begun(typed: str) -> tuple[str, ...]:
    """How a time on the 24-hour clock could begin, by what was typed: "7" is 07 or 19, "7.30pm" is 19:30."""
    found = CLOCK.fullmatch(typed)
    if found is None:
        return ("",) if not typed else ()
    hour, minutes, half = int(found[1]), f":{found[2]}" if found[2] else "", (found[3] or "").lower()
    hours = {"am": (hour % 12,), "pm": (hour % 12 + 12,)}.get(half, (hour, hour + 12) if hour < 12 and len(found[1]) == 1 else (hour,))
    more = (f"{typed}",) if found[1] == typed and hour in {1, 2} else ()
    return (*(f"{one:02}{minutes}" for one in hours if one < 24), *more)


def _zones(desk: Desk, typing: _Typing) -> list[Option]:
    """The zone of the question set chosen, the person's own and the community's, then those whose name has what was typed in it."""
    chosen = _chosen_set(desk, typing)
    near = [chosen.suggested.time_zone if chosen else None, typing.by.time_zone if typing.by else None, typing.community.time_zone]
    known = [zone for zone in near if zone]
    others = sorted(available_timezones()) if typing.typed else []
    return _matching((Option(zone, zone) for zone in dict.fromkeys([*known, *others])), typing.typed.replace(" ", "_"))


def _people(desk: Desk, typing: _Typing) -> list[Option]:
    """Members of the community on this platform, after the names written already, with commas between them."""
    before, comma, last = typing.heard.typed.rpartition(",")
    written = [name.strip() for name in before.split(",") if name.strip()]
    front = f"{', '.join(written)}, " if comma and written else ""
    folded = {name.lstrip("@").casefold() for name in written}
    known = [one for one in _members(desk, typing) if not folded & {one.value.lstrip("@").casefold(), one.label.casefold()}]
    found = _matching(known, last.strip().lstrip("@"))
    return [Option(f"{front}{one.value}", f"{front}{one.label}") for one in found]


def _one_person(desk: Desk, typing: _Typing) -> list[Option]:
    return _matching(_members(desk, typing), typing.typed.lstrip("@"))


def _members(desk: Desk, typing: _Typing) -> list[Option]:
    """By name, those of whom more is known than an account. Who has somebody else's name, or a comma in it, is named by account."""
    everybody = desk.uow.members.of_community(typing.community.id)
    here = [one for one in everybody if one.person.platform == typing.heard.person.platform and one.name not in {"", one.person.id}]
    names = [one.name.casefold() for one in here]
    return sorted((_member(one, names) for one in here), key=lambda one: one.label.casefold())


def _member(member: Member, names: Sequence[str]) -> Option:
    if names.count(member.name.casefold()) == 1 and "," not in member.name and '"' not in member.name:
        return Option(member.name, member.name)
    return Option(f"@{member.person.id}", f"{member.name} (@{member.person.id})")


def _channels(_: Desk, typing: _Typing) -> list[Option]:
    """Those in which the community meets on this platform, by what they are called there."""
    here = (one.channel for one in typing.community.channels if one.platform == typing.heard.place.platform)
    called = typing.heard.channels
    return _matching((Option(channel, f"#{called.get(channel, channel)}") for channel in here), typing.typed.lstrip("#"))


Offer = Callable[[Desk, _Typing], Iterable[Option]]

OFFERS: Final[Mapping[str, Offer]] = MappingProxyType(
    {
        "chat": _chats,
        "set": _sets,
        "date": _dates,
        "time": _times,
        "zone": _zones,
        "with": _people,
        "name": _one_person,
        "in": _channels,
    }
)
"""What is known about the options that ask while somebody types."""
