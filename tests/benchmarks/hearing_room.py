"""Ours of hearing: a live chat with four open questions in a real database, a bot that listens to it, and people who talk."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from copbot.content import Content
from copbot.domain.chat import AskedQuestion, AskedState, Chat, Role, RoleInChat, State
from copbot.domain.consent import ON, Consent, OffTheRecord, Scope
from copbot.domain.counting import counts
from copbot.domain.heard import Said
from copbot.domain.member import Member
from copbot.domain.place import Person, Place, Posted
from copbot.ports.store import UnitOfWork
from copbot.runtime.bot import Bot
from copbot.runtime.collecting import searching_seldom
from copbot.runtime.patience import PatientStore
from copbot.store.store import SqlStore
from copbot.testing.clock import SteppingClock
from tests.benchmarks.talking import CHANNEL, MEMBERS, QUESTIONS, SILENT, START, Talk, Talkers, thread

QUESTION_SET = "resnetslt-2018-01-thinking-together"
COMMUNITY = "ResNetSLT"
ROOM = "room"
WAITING = 50
"""So many messages wait at a time."""

Named = Callable[[str], str]
"""What a platform calls a channel, a thread or a person of the talk's."""


class LiveChat:
    """Hears ``messages`` in a round, handed to the bot by WAITING adapters' tasks, each its next when the last is committed."""

    def __init__(
        self, url: str, runner: asyncio.Runner, messages: int, *, config: Path | None = None, platform: str = ROOM, named: Named = str
    ) -> None:
        self._runner = runner
        self._messages = messages
        self._store = SqlStore.open(url)
        self._clock = SteppingClock(START)
        content = Content.of_instance(config, None)
        with self._store.transaction() as uow:
            self._chat = stage(uow, *content.freeze(QUESTION_SET), platform, named)
        self._bot = Bot(PatientStore(self._store), content, [], self._clock, self._clock, random=Random(5))
        runner.run(self._bot.start())
        self._talkers = Talkers()
        self._talk = Talk()
        self._heard = 0

    def close(self) -> None:
        """Stop the bot and close the database."""
        self._runner.run(self._bot.stop())
        self._runner.run(self._store.aclose())

    def prepare(self) -> None:
        self._say(self._messages)

    def work(self) -> None:
        """As under ``copbot run``."""
        with searching_seldom():
            self._runner.run(self._play())

    async def _play(self) -> None:
        await self._hear(self._talk.said)

    def check(self) -> None:
        """Every message of the round has its row, with the words where they may be kept; the counters know of them all."""
        with self._store.transaction() as uow:
            rows = uow.responses.of_chat(self._chat.id)
            counters = uow.questions.counters([asked.id for asked in uow.questions.of([self._chat.id])])
        words = {row.message.message: row.text for row in rows if row.message is not None}
        assert {message: words.get(message, "no row") for message in self._talk.stored} == self._talk.stored
        self._heard += len(self._talk.stored)
        assert len(rows) == len(words) == self._heard
        counted = [(row.asked, row.member) for row in rows if counts(row)]
        assert {id: each.messages for id, each in counters.items()} == Counter(asked for asked, _ in counted)
        assert {id: each.voices for id, each in counters.items()} == Counter(asked for asked, _ in set(counted))

    def statements_of_a_batch(self) -> list[str]:
        """Which statements one batch of WAITING messages executes."""
        self._say(WAITING)
        with _statements() as executed:
            self.work()
        self.check()
        return [f"{len(executed)} statements for a batch of {WAITING}:", *(f"  {' '.join(sql.split())[:100]}" for sql in executed)]

    def _say(self, messages: int) -> None:
        self._talk = self._talkers.say(messages)
        self._clock.set(self._talk.said[-1].at + timedelta(seconds=1))

    async def _hear(self, said: Sequence[Said]) -> None:
        async def one_after_the_other(mine: Sequence[Said]) -> None:
            for each in mine:
                await self._bot.hear(each)

        await asyncio.gather(*(one_after_the_other(said[start::WAITING]) for start in range(WAITING)))


def stage(uow: UnitOfWork, edition: str, body: str, platform: str = ROOM, named: Named = str) -> Chat:
    """An open chat with two hosts and four questions in threads; members, of whom some made choices and one is off the record."""
    before = START - timedelta(days=30)
    uow.editions.keep(edition, body)
    chat = uow.chats.add(_chat(edition, _there(CHANNEL, platform, named)))
    people = uow.members.add(
        Member(0, COMMUNITY, Person(platform, named(one.id)), one.id.title(), f"alias-{one.id}", noticed_at=before, first_spoke_at=before)
        for one in (*MEMBERS, SILENT)
    )
    for host in people[:2]:
        uow.chats.set_role(RoleInChat(chat.id, host.id, Role.HOST))
    uow.consents.add(Consent(member.id, scope, ON, before, "test") for member in people[::4] for scope in (Scope.ACTIVITY, Scope.TEXT))
    uow.consents.go_off_the_record(OffTheRecord(chat.id, people[-1].id, START))
    for number in QUESTIONS:
        root = Posted(_there(thread(number), platform, named), f"root{number}")
        uow.questions.add(AskedQuestion(0, chat.id, number, "?", AskedState.OPEN, START, root=root))
    return chat


def _there(place: Place, platform: str, named: Named) -> Place:
    return Place(platform, named(place.channel), named(place.thread) if place.thread else None)


def _chat(edition: str, place: Place) -> Chat:
    return Chat(
        id=0,
        community=COMMUNITY,
        place=place,
        title="Thinking together",
        question_set=QUESTION_SET,
        edition=edition,
        state=State.OPEN,
        starts_at=START,
        ends_at=START + timedelta(hours=1),
        time_zone="Europe/London",
        opened_at=START,
        noticed_at=START,
    )


@contextmanager
def _statements() -> Iterator[list[str]]:
    executed: list[str] = []

    def remember(_connection: object, _cursor: object, sql: str, *_: Any) -> None:
        executed.append(sql)

    sa.event.listen(sa.Engine, "before_cursor_execute", remember)
    try:
        yield executed
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", remember)
