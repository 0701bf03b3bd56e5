"""A town of communities on a platform that remembers nothing: many chats planned and open, and people who talk all day."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count, islice
from random import Random

from typing_extensions import override

from copbot.content import Content
from copbot.domain.community import ChannelSetting, Community
from copbot.domain.heard import Commanded, Interaction, Said
from copbot.domain.message import Message, Reply
from copbot.domain.place import Person, Place, Posted, Profile
from copbot.ports.store import UnitOfWork
from copbot.resources import data_dir
from copbot.runtime.bot import Bot
from copbot.services import members, planning
from copbot.services.desk import Desk
from copbot.store.store import SqlStore
from copbot.testing.clock import SteppingClock
from copbot_room import Room
from copbot_room.server import RoomServer
from copbot_room.settings import read_settings

OPENS = datetime(2026, 6, 1, tzinfo=UTC)
"""A Monday."""

CHANNELS_EACH = 5
HOUR_FORMAT, SERIES_FORMAT = "resnetslt-2018-01-thinking-together", "hv-reflections-12-weeks"
AT_ONCE = 50
"""So many chats are booked in one transaction, and so many messages wait at a time."""

ZONES = tuple(f"Etc/GMT{hours:+}" for hours in range(-12, 12))
"""A zone for every hour, so that it is half past twelve somewhere in every hour of the day."""


class _Letters:
    """Everybody takes private messages."""

    async def place(self, person: Person) -> Place:
        return Place(person.platform, f"@{person.id}")


class Forgetful(Room):
    """Takes every post, and remembers none."""

    def __init__(self, clock: SteppingClock) -> None:
        super().__init__(RoomServer(read_settings({"channels": [{"id": "none", "title": "none"}], "live": False}), clock), ())
        self.numbers = count(1)
        self.history = self.calendar = self.pins = self.home = None  # type: ignore[assignment]
        self.direct = _Letters()  # type: ignore[assignment]
        self.taken = 0
        self.profiles: Counter[Person] = Counter()

    @override
    async def post(self, place: Place, message: Message, *, key: str) -> Posted:
        self.taken += 1
        return Posted(place, f"b{next(self.numbers)}")

    @override
    async def open_thread(self, place: Place, title: str, message: Message, *, key: str) -> Posted:
        self.taken += 1
        number = f"b{next(self.numbers)}"
        return Posted(Place(place.platform, place.channel, number), number)

    @override
    async def edit(self, posted: Posted, message: Message) -> None:
        self.taken += 1

    @override
    async def tell(self, interaction: Interaction, reply: Reply) -> None:
        self.taken += 1

    @override
    async def profile(self, person: Person) -> Profile:
        self.profiles.update([person])
        return Profile(person, person.id)


class Communities(Content):
    """The shipped content, for communities that are as many as wanted and all alike but for their zone."""

    many: Sequence[Community] = ()

    def found(self, number: int) -> None:
        """Take this many in."""
        [pattern] = [each for each in super().communities() if each.id == "ResNetSLT"]
        self.many = [_community(pattern, each) for each in range(number)]
        self._by_id = {each.id: each for each in self.many}
        self._by_channel = {setting.channel: each for each in self.many for setting in each.channels}

    @override
    def communities(self) -> Sequence[Community]:
        return self.many

    @override
    def community(self, id: str) -> Community | None:
        return self._by_id.get(id)

    @override
    def community_at(self, platform: str, channel: str) -> Community | None:
        return self._by_channel.get(channel)


def _community(pattern: Community, number: int) -> Community:
    channels = tuple(ChannelSetting("room", f"c{number}-{each}", f"h{number}-{each}") for each in range(CHANNELS_EACH))
    return replace(pattern, id=f"community-{number}", time_zone=ZONES[number % len(ZONES)], channels=channels)


class Town:
    """``channels`` of them, and a bot over all; nothing happens yet."""

    def __init__(self, store: SqlStore, channels: int) -> None:
        self.store = store
        self.clock = SteppingClock(OPENS)
        self.platform = Forgetful(self.clock)
        self.content = Communities.load(data_dir("config"), data_dir("prompts"))
        assert isinstance(self.content, Communities)
        self.content.found(channels // CHANNELS_EACH)
        self.places = [Place("room", setting.channel) for each in self.content.many for setting in each.channels]
        self.random = Random(7)
        self.bot = Bot(store, self.content, [self.platform], self.clock, self.clock, random=self.random)
        self._messages = count(1)

    def desk(self, uow: UnitOfWork) -> Desk:
        """To work at now."""
        return Desk(uow, self.clock.now(), self.content, self.random)

    async def book(self, question_set: str, starts: Sequence[tuple[Place, datetime]]) -> None:
        """Chats of the question set, each in its place at its instant, through the service that a host's command uses."""
        waiting = iter(starts)
        while some := list(islice(waiting, AT_ONCE)):
            await self.store.write(partial(self._book, question_set, some))

    def _book(self, question_set: str, starts: Sequence[tuple[Place, datetime]], uow: UnitOfWork) -> None:
        for place, at in starts:
            _book(self.desk(uow), question_set, place, at)

    async def talk(self, places: Sequence[Place], people: int) -> None:
        """A message in each of these places, by somebody of so many people, AT_ONCE at a time."""
        waiting = iter(places)
        while some := list(islice(waiting, AT_ONCE)):
            await asyncio.gather(*(self.bot.hear(self._said(place, people)) for place in some))

    async def ask_for_help(self, person: str) -> None:
        """Somebody types a command."""
        id, place = f"i{next(self._messages)}", self.places[0]
        await self.bot.hear(Commanded(id, self.clock.now(), place, Person("room", person), "help", name=person))

    def _said(self, place: Place, people: int) -> Said:
        number = next(self._messages)
        person = Person("room", f"p{place.channel}-{number % people}")
        return Said(self.clock.now(), place, person, f"m{number}", f"A1 We tried that on ward {number % 9}, and it helped.", name=person.id)


def _book(desk: Desk, question_set: str, place: Place, starts: datetime) -> None:
    community = desk.library.community_at(place.platform, place.channel)
    found = desk.library.question_set(question_set)
    assert community is not None
    assert found is not None
    host = members.welcome(desk, community.id, Person("room", f"host-{community.id}"), "Sally")
    local = starts.astimezone(community.zone).replace(tzinfo=None)
    chat = planning.draft(desk, community, place, host, planning.Wish(found, local, community.time_zone))
    planning.confirm(desk, chat)
