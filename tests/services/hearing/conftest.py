"""A chat with people in it: they say, edit, remove, press; then one looks at what is stored."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest

from copbot.content.wording import SUFFIX, Templates
from copbot.domain.chat import AskedQuestion, AskedState, Chat, Counters, Role, RoleInChat, State
from copbot.domain.community import ChannelSetting, Community, KeepText, People, Privacy
from copbot.domain.consent import Consent, Scope
from copbot.domain.format import Format, Log, Mode
from copbot.domain.heard import Commanded, Edited, Happening, Pressed, Removed, Said
from copbot.domain.member import Member
from copbot.domain.message import Button, Message, Private, Reply
from copbot.domain.place import Person, Place, Posted
from copbot.domain.prompt import Autonomy, Prompt
from copbot.domain.question import Paper, QuestionSet
from copbot.domain.response import Response
from copbot.domain.step import Fate, Outgoing, private_lane
from copbot.ports.store import Store, UnitOfWork
from copbot.resources import data_dir
from copbot.services import members, privacy
from copbot.services.call import Call, Handler
from copbot.services.desk import Desk
from copbot.services.listening import hear
from copbot.services.posting import finished
from copbot.store.migrate import migrate
from copbot.store.store import SqlStore
from copbot.testing.fake_library import FakeLibrary

T = TypeVar("T")
START = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)
CHANNEL = Place("room", "slt")
NOTE = Prompt(
    "private-identifier", "privacy_nudge", "during", "member_dm", Autonomy.AUTO, "Just between us ({kind}): could you take a look?"
)


class Play:
    """One open chat with four questions (the last has a part b), Lucy its host. Instants are minutes after its start."""

    def __init__(self, store: Store, wording: Templates) -> None:
        self.store = store
        self.wording = wording
        self.now = START
        self.random = Random(7)
        self.privacy = Privacy(KeepText.WITH_NOTICE)
        self.format = Format("live", "Live chat", Mode.LIVE)
        with store.transaction() as uow:
            uow.editions.keep("set", "set")
            self.chat = uow.chats.add(
                Chat(
                    id=0,
                    community="slt",
                    place=CHANNEL,
                    title="Thinking together",
                    question_set="set",
                    edition="set",
                    state=State.OPEN,
                    starts_at=START,
                    ends_at=START + timedelta(hours=1),
                    time_zone="Europe/London",
                    opened_at=START,
                )
            )
            self.asked = {
                number: uow.questions.add(
                    AskedQuestion(
                        id=0,
                        chat=self.chat.id,
                        number=number,
                        text="?",
                        state=AskedState.OPEN,
                        asked_at=START,
                        has_part_b=number == 4,
                        root=Posted(self.thread(number), f"root{number}"),
                    )
                )
                for number in (1, 2, 3, 4)
            }

    @property
    def library(self) -> FakeLibrary:
        """What the admin wrote, as it is now."""
        community = Community(
            "slt",
            "SLT network",
            "Europe/London",
            People("safeguarding, 01234 567890", privacy_contact="ig@example.org"),
            self.privacy,
            channels=(ChannelSetting("room", "slt"),),
        )
        questions = QuestionSet("set", "Thinking together", "slt", self.format.id, paper=Paper("A paper", authors="Igor Pyrko"))
        return FakeLibrary(self.wording, [community], [questions], [self.format], [NOTE])

    def thread(self, number: int) -> Place:
        """The thread of a question."""
        return Place("room", "slt", f"t{number}")

    def log(self, log: Log, room: str = "") -> None:
        """Give the format another log."""
        self.format = Format("live", "Live chat", Mode.LIVE, log=log, room=room)

    def at(self, minutes: float) -> datetime:
        """That many minutes into the chat."""
        return START + timedelta(minutes=minutes)

    def do(self, work: Callable[[Desk], T]) -> T:
        """Run a piece of work in one transaction."""
        with self.store.transaction() as uow:
            return work(Desk(uow, self.now, self.library, self.random))

    def look(self, work: Callable[[UnitOfWork], T]) -> T:
        """Look at what is stored."""
        with self.store.transaction() as uow:
            return work(uow)

    def hears(self, *batch: Happening) -> None:
        """Take in one batch, a second after its last event."""
        self.now = max([self.now, *(event.at for event in batch)]) + timedelta(seconds=1)
        self.do(lambda desk: hear(desk, batch))

    def hears_at(self, minute: float, *batch: Happening) -> None:
        """Take in one batch when copbot's own clock says that minute."""
        self.now = self.at(minute)
        self.do(lambda desk: hear(desk, batch))

    def end_state(self) -> tuple[list[tuple[object, ...]], list[Counters]]:
        """What is stored, without row ids; the last human message is left out: it may stand for one that was removed since."""
        rows = [row._replace(id=0) for row in self.responses()]
        return sorted(rows, key=repr), [self.counters(number)._replace(last_human_at=None) for number in self.asked]

    def knows(self, *names: str, noticed: bool = True) -> list[Member]:
        """Members met before the chat."""
        before = START - timedelta(days=1) if noticed else None
        return self.look(
            lambda uow: uow.members.add(
                Member(0, "slt", Person("room", name), name.title(), f"alias-{name}", noticed_at=before, first_spoke_at=before)
                for name in names
            )
        )

    def chooses(self, member: Member, scope: Scope, state: str, at: datetime = START - timedelta(hours=1)) -> None:
        """A choice made before the chat, or when told."""
        self.look(lambda uow: uow.consents.add([Consent(member.id, scope, state, at, "test")]))

    def hosts(self, name: str) -> Member:
        """A member who hosts the chat."""
        (host,) = self.knows(name)
        self.look(lambda uow: uow.chats.set_role(RoleInChat(self.chat.id, host.id, Role.HOST)))
        return host

    def member(self, name: str) -> Member | None:
        """The member of that account, if there is one."""
        person = Person("room", name)
        return self.look(lambda uow: uow.members.by_person("slt", [person]).get(person))

    def known(self, name: str) -> Member:
        """The member of that account, who must be one."""
        found = self.member(name)
        assert found is not None
        return found

    def responses(self) -> list[Response]:
        """All responses of the chat."""
        return self.look(lambda uow: uow.responses.of_chat(self.chat.id))

    def counters(self, number: int) -> Counters:
        """The counters of a question."""
        asked = self.asked[number].id
        return self.look(lambda uow: uow.questions.counters([asked]))[asked]

    def mail(self, name: str) -> list[Outgoing]:
        """What is on its way to one person privately; taken, so that it is not seen again."""
        lane, taken = private_lane(Person("room", name)), list[Outgoing]()
        while rows := self.look(lambda uow: uow.outbox.claim("test", self.at(600), timedelta(days=1), 50)):
            self.look(lambda uow: [uow.outbox.mark(replace(row, fate=Fate.CANCELLED)) for row in rows])
            taken.extend(rows)
        return [row for row in taken if row.lane == lane]

    def sends(self, minute: float | None = None) -> list[Outgoing]:
        """Send everything that is due when copbot's clock says that minute (or as it stands), as the sender does."""
        self.now = self.at(minute) if minute is not None else self.now
        rows = self.look(lambda uow: uow.outbox.claim("test", self.now, timedelta(minutes=1), 50))
        posted = Posted(Place("room", "@somebody"), "sent")
        for row in rows:
            sent = replace(row, fate=Fate.SENT, sent_at=self.now, posted=posted)
            self.do(lambda desk, sent=sent: finished(desk, sent))  # type: ignore[misc]
        return rows

    def commands(self, name: str, verb: str, /, *, message: str | None = None, author: str | None = None, **options: str) -> Private:
        """``/cop`` something, in the channel. ``author`` wrote the message that a shortcut is used on, if the platform says who."""
        self.now += timedelta(seconds=1)
        wrote = Person("room", author) if author else None
        heard = Commanded(f"c{self.now.timestamp()}", self.now, CHANNEL, Person("room", name), verb, message, name.title(), wrote)
        table = {command.spec.verb: command.run for command in privacy.COMMANDS}
        return self._run(table[verb], heard, "", options)

    def presses(self, name: str, button: Button) -> Private:
        """Press a button."""
        self.now += timedelta(seconds=1)
        heard = Pressed(
            f"p{self.now.timestamp()}", self.now, CHANNEL, Person("room", name), button.action, button.value, None, name.title()
        )
        return self._run(privacy.PRESSES[button.action].run, heard, button.value, {})

    def button(self, message: Message, action: str, label: str = "") -> Button:
        """The button under a message that does that."""
        return next(button for button in message.buttons if button.action == action and label in button.label)

    def _run(self, run: Handler, heard: Commanded | Pressed, text: str, options: dict[str, str]) -> Private:
        def work(desk: Desk) -> Reply:
            by = members.welcome(desk, "slt", heard.person, heard.name)
            chat = desk.uow.chats.get(self.chat.id)
            return run(desk, Call(heard, by, desk.library.communities()[0], CHANNEL, chat, options, text))

        reply = self.do(work)
        assert isinstance(reply, Private)
        return reply

    def says(
        self,
        name: str,
        text: str,
        *,
        in_thread: int | None = 1,
        minute: float = 5,
        message: str | None = None,
        mentions: Iterable[str] = (),
        replies_to: str | None = None,
        place: Place | None = None,
        has_files: bool = False,
    ) -> Said:
        """A message of somebody's; its id is made of who and when, unless given."""
        where = place or (self.thread(in_thread) if in_thread else CHANNEL)
        return Said(
            self.at(minute),
            where,
            Person("room", name),
            message or f"{name}{minute}",
            text,
            tuple(Person("room", each) for each in mentions),
            replies_to,
            has_files,
            name.title(),
        )

    def edits(self, said: Said, text: str, *, version: int = 1, minute: float = 10) -> Edited:
        """A later version of a message."""
        return Edited(
            self.at(minute), said.place, said.person, said.message, text, version, said.at, said.mentions, said.replies_to, said.name
        )

    def removes(self, said: Said, *, minute: float = 12) -> Removed:
        """A message taken away."""
        return Removed(self.at(minute), said.place, said.message)


@pytest.fixture(scope="session")
def make() -> Callable[[Store], Play]:
    """Makes an open chat in a store."""
    files = (data_dir("prompts") / "en-GB" / "wording").glob(f"*{SUFFIX}")
    wording = Templates({file.name.removesuffix(SUFFIX): file.read_text("utf-8") for file in files})
    return lambda store: Play(store, wording)


@pytest.fixture
def play(make: Callable[[Store], Play], store: Store) -> Play:
    """An open chat."""
    return make(store)


@pytest.fixture
def on_disk(make: Callable[[Store], Play], tmp_path: Path) -> Iterator[Play]:
    """An open chat in a database file under ``tmp_path``."""
    url = f"sqlite:///{tmp_path / 'copbot.db'}"
    migrate(url)
    opened = SqlStore.open(url)
    yield make(opened)
    opened.close()
