"""Many real chats at once: scheduled through the services, each in a channel of its own, hosted by a bot on a real database."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from copbot.content import Content
from copbot.domain.chat import State
from copbot.domain.member import Member
from copbot.domain.place import Person, Place
from copbot.domain.step import Step, StepState
from copbot.ports.store import UnitOfWork
from copbot.runtime.bot import Bot
from copbot.runtime.clock import RehearsalAlarm, RehearsalClock
from copbot.runtime.patience import PatientStore
from copbot.services import planning
from copbot.services.desk import Desk
from copbot.store.migrate import migrate
from copbot.store.store import SqlStore
from tests.benchmarks.quiet_platform import NAME, QuietPlatform

COMMUNITY, QUESTION_SET = "ResNetSLT", "resnetslt-2018-01-thinking-together"
STARTS = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)
HOSTS = 1000
AT_ONCE = 100


class ManyChats:
    """A bot with chats of the shipped live format. It works as time is let pass; between that everything stands still."""

    def __init__(self, url: str) -> None:
        migrate(url)
        self.clock = RehearsalClock(STARTS - timedelta(minutes=30))
        self.platform = QuietPlatform(self.clock)
        self.store = SqlStore.open(url)
        self._content = Content.of_instance(None, None)
        alarm = RehearsalAlarm(self.clock)
        self.bot = Bot(PatientStore(self.store), self._content, [self.platform], self.clock, alarm, random=Random(6))
        self._hosts: Sequence[Member] = ()

    async def schedule(self, number: int, starts: datetime) -> None:
        """So many chats that start then (UTC, which is London's time in winter), each hosted by one of a thousand people."""
        if not self._hosts:
            self._hosts = await self.store.write(self._people)
        for first in range(0, number, AT_ONCE):
            await self.store.write(partial(self._schedule, range(first, min(first + AT_ONCE, number)), starts))

    async def until(self, moment: datetime) -> None:
        """Let time pass up to a moment, with all that is due on the way."""
        while (due := await self.bot.turn()) is not None and due < moment:
            self.clock.jump(due)
        self.clock.jump(moment)

    async def due_at(self, step: str) -> datetime:
        """When that step of the chats that start first comes."""
        return (await self._step(step)).due_at

    async def close(self) -> None:
        """Stop the bot and close the database."""
        await self.bot.stop()
        await self.store.aclose()

    async def _step(self, key: str) -> Step:
        def find(uow: UnitOfWork) -> Step:
            chat = uow.chats.in_states([State.PLANNED, State.OPEN])[0]
            return next(step for step in uow.steps.of(chat.id) if step.key == key and step.state is StepState.DUE)

        return await self.store.read(find)

    def _people(self, uow: UnitOfWork) -> list[Member]:
        return uow.members.add(
            Member(0, COMMUNITY, Person(NAME, f"host{number}"), f"Host {number}", f"alias{number}") for number in range(HOSTS)
        )

    def _schedule(self, numbers: range, starts: datetime, uow: UnitOfWork) -> None:
        desk = Desk(uow, self.clock.now(), self._content, Random(7))
        community = self._content.community(COMMUNITY)
        assert community is not None
        fields = {"set": QUESTION_SET, "date": f"{starts:%Y-%m-%d}", "time": f"{starts:%H:%M}", "zone": "Europe/London"}
        wish = planning.understand(desk, community, fields)
        for number in numbers:
            place = Place(NAME, f"{starts:%m-%d}-{number}")
            planning.confirm(desk, planning.draft(desk, community, place, self._hosts[number % HOSTS], wish))
