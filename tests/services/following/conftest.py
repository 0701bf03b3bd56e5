"""A small community with one chat under way, and the means to let time pass."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest

from copbot.content.wording import Templates
from copbot.domain.chat import AskedQuestion, AskedState, Attendance, Chat, Coming, Role, RoleInChat, State
from copbot.domain.community import ChannelSetting, Community, KeepText, Level, People, Privacy, QuietHours
from copbot.domain.facilitation import Restraint, Suggestion
from copbot.domain.follow_up import FollowUp
from copbot.domain.format import Format, IfQuiet, Mode, Offset, Phase
from copbot.domain.heard import Pressed, Said, Submitted
from copbot.domain.member import Member
from copbot.domain.message import Message, Private, Reply
from copbot.domain.place import Person, Place, Posted, Privately
from copbot.domain.prompt import Autonomy, Prompt
from copbot.domain.question import PartB, Question, QuestionSet, ReflectionPlan
from copbot.domain.response import Kind, MessageKey, Response
from copbot.domain.step import Fate, Outgoing, Step
from copbot.services import facilitating, following_up, performing, probes, transcripts
from copbot.services.call import Call
from copbot.services.desk import Desk
from copbot.store.store import SqlStore
from copbot.testing.fake_library import FakeLibrary

START = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)
WORDING = Path(__file__).parents[3] / "prompts" / "en-GB" / "wording"
CHANNEL, BACKSTAGE = Place("room", "slt"), Place("room", "slt-hosts")


COMMANDS = {each.spec.verb: each for each in (*facilitating.COMMANDS, *following_up.COMMANDS, *transcripts.COMMANDS)}
PRESSES = {**facilitating.PRESSES, **probes.PRESSES, **following_up.PRESSES, **transcripts.PRESSES}
FORMS = {**probes.FORMS, **following_up.FORMS}


def _reflect(id: str, model: str, step: str, stage: str, text: str) -> Prompt:
    return Prompt(id, "reflect", stage, "member_dm", Autonomy.OPT_IN, text, model, step)


def _invite(id: str, text: str, mode: str = "") -> Prompt:
    return Prompt(id, "invite", "during", "thread", Autonomy.AUTO, text, mode=mode, signals=("no_answer_yet",))


PROMPTS = (
    _invite("invite-jot", "Let's take two quiet minutes.", "live"),
    _invite("invite-stem", "Not sure where to begin?"),
    _invite("invite-week", "{count} people have replied so far.", "async"),
    Prompt(
        "host-wait",
        "host_tip",
        "during",
        "host_dm",
        Autonomy.AUTO,
        "No reply to Q{n} yet, after {minutes} minutes.",
        signals=("no_answer_yet",),
    ),
    _reflect("driscoll-what", "driscoll", "what", "day_1", "What has stayed with you?"),
    _reflect("driscoll-so-what", "driscoll", "so_what", "day_1", "So what?"),
    _reflect("driscoll-now-what", "driscoll", "now_what", "day_1", "Now what?"),
    _reflect("kolb-try", "kolb", "experiment", "day_1", "How could you try that out?"),
    _reflect("wk2-tried", "value_creation", "applied", "week_2", "You said you'd try: '{commitment}'. How has it gone?"),
    _reflect("wk2-used", "value_creation", "applied", "week_2", "Have you used anything from our chat on {topic}?"),
    _reflect("wk2-blocked", "value_creation", "enabling", "week_2", "What got in the way?"),
    _reflect("wk6-different", "value_creation", "realised", "week_6", "What's different?"),
    _reflect("wk6-how-know", "value_creation", "realised", "week_6", "How do you know?"),
)

LIVE = Format(
    id="live",
    title="Live",
    mode=Mode.LIVE,
    during=(
        Phase("questions", "ask_questions", timedelta(minutes=49), if_quiet=IfQuiet(timedelta(minutes=4), ("invite-stem", "invite-jot"))),
    ),
    after=(Phase("reflect", "follow_up", when=Offset(exact=timedelta(hours=24)), stage="day_1"),),
)
WEEKLY = Format("weekly", "A question a week", Mode.ASYNC, each_round=(Phase("ask", "ask_question", when=Offset(days=0)),))

QUESTIONS = (
    Question(
        1,
        "Do you believe you are a member of a CoP?",
        13,
        probes=("What makes you say so?", "Would the others agree?"),
        if_quiet="Yes, no and 'not sure' all count.",
    ),
    Question(2, "Name some examples?", 10, probes=("Who organised it?",)),
    Question(3, "What are the barriers?", 16, part_b=PartB("And how could we overcome them?", timedelta(minutes=8))),
)
SETS = (
    QuestionSet("set", "Thinking together", "ResNetSLT", "live", "#ResNetSLT", questions=QUESTIONS, reflection=ReflectionPlan("driscoll")),
    QuestionSet("weeks", "Reflections", "ResNetSLT", "weekly", questions=QUESTIONS[1:2]),
)
COMMUNITY = Community(
    id="ResNetSLT",
    name="ResNetSLT",
    time_zone="Europe/London",
    people=People("Your lead"),
    privacy=Privacy(KeepText.WITH_NOTICE),
    quiet_hours=QuietHours(time(21, 30), time(8), weekends=True),
    level=Level.LIGHT,
    channels=(ChannelSetting("room", "slt", "slt-hosts"),),
)


@dataclass
class World:
    """What the tests act in. Each ``desk`` is a transaction of its own; ``now`` is moved by the tests."""

    store: SqlStore
    community: Community = COMMUNITY
    now: datetime = START
    presses: int = 0
    sent: list[Outgoing] = field(default_factory=list)

    @property
    def library(self) -> FakeLibrary:
        templates = Templates({path.name.removesuffix(".md.j2"): path.read_text() for path in WORDING.glob("*.md.j2")})
        return FakeLibrary(templates, [self.community], SETS, [LIVE, WEEKLY], PROMPTS)

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        with self.store.transaction() as uow:
            yield Desk(uow, self.now, self.library, Random(1))

    def at(self, minutes: float) -> None:
        """Move to so many minutes after the start of the chat."""
        self.now = START + timedelta(minutes=minutes)

    def open_chat(self, question_set: str = "set", starts: datetime = START) -> Chat:
        """A chat that is under way, hosted by Sally and Lucy."""
        with self.desk() as desk:
            desk.uow.editions.keep(question_set, question_set)
            ends = starts + timedelta(hours=1)
            chat = desk.uow.chats.add(
                Chat(0, "ResNetSLT", CHANNEL, "Thinking together", question_set, question_set, State.OPEN, starts, ends, "Europe/London")
            )
            for name, role in (("Sally", Role.HOST), ("Lucy", Role.CO_HOST)):
                desk.uow.chats.set_role(RoleInChat(chat.id, self.member(desk, name).id, role))
        return chat

    def member(self, desk: Desk, name: str, zone: str | None = None) -> Member:
        """Somebody of the community, made when first named."""
        person = Person("room", name.lower())
        known = desk.uow.members.by_person("ResNetSLT", [person])
        if person in known:
            return known[person]
        return desk.uow.members.add([Member(0, "ResNetSLT", person, name, f"member-{name.lower()}", zone, noticed_at=START)])[0]

    def ask(self, chat: Chat, number: int) -> AskedQuestion:
        """Put a question: its thread is open, its steps are planned, earlier questions are closed."""
        text = next((question.text for question in QUESTIONS if question.number == number), "Extra?")
        with self.desk() as desk:
            for earlier in desk.uow.questions.of([chat.id]):
                desk.uow.questions.save(replace(earlier, state=AskedState.CLOSED, closes_at=self.now))
            asked = desk.uow.questions.add(
                AskedQuestion(0, chat.id, number, text, AskedState.OPEN, self.now, name="" if number else "Extra")
            )
            asked = replace(asked, root=Posted(Place("room", "slt", f"t{asked.id}"), f"q{asked.id}"))
            desk.uow.questions.save(asked)
            steps = facilitating.steps_for(chat, asked, desk.edition(chat))
            desk.uow.steps.add(Step(0, chat.id, key, does, due, about={"asked": str(asked.id)}) for key, does, due in steps)
        return asked

    def tick(self) -> None:
        """Do what is due at ``now``, as the ticker does."""
        with self.desk() as desk:
            performing.perform_due(desk)
            probes.look(desk)

    def spoke(self, asked: AskedQuestion, *, counted: bool = True) -> None:
        """Somebody said something in the thread. Not ``counted``: somebody who opted out of activity."""
        with self.desk() as desk:
            counters = desk.uow.questions.counters([asked.id])[asked.id]
            messages = counters.messages + counted
            desk.uow.questions.save_counters([counters._replace(last_human_at=self.now, messages=messages, voices=messages)])

    def took_part(self, chat: Chat, name: str, zone: str | None = None) -> Member:
        with self.desk() as desk:
            member = self.member(desk, name, zone)
            desk.uow.chats.attend(Attendance(chat.id, member.id, Coming.COMING, self.now))
        return member

    def answered(self, chat: Chat, asked: AskedQuestion, name: str, text: str | None, **more: object) -> Response:
        with self.desk() as desk:
            member = self.member(desk, name)
            self.presses += 1
            key = MessageKey("room", "slt", f"m{self.presses}")
            fields: dict[str, object] = {"asked": asked.id, "message": key, "text": text, **more}
            desk.uow.responses.add([Response(0, chat.id, member.id, Kind.ANSWER, self.now, **fields)])  # type: ignore[arg-type]
            return desk.uow.responses.of_messages([key])[0]

    def command(self, name: str, verb: str, text: str = "", chat: Chat | None = None, **options: str) -> Reply:
        with self.desk() as desk:
            return COMMANDS[verb].run(desk, self._call(desk, name, chat, text, options))

    def press(self, name: str, message: Message, action: str, nth: int = 0) -> Reply:
        """Press a button under a message: its ``nth`` of that action."""
        button = [button for button in message.buttons if button.action == action][nth]
        with self.desk() as desk:
            call = self._call(desk, name, self._chat(desk, button.value), button.value, {})
            return PRESSES[action].run(desk, call)

    def submit(self, name: str, form: str, value: str, **fields: str) -> Reply:
        with self.desk() as desk:
            return FORMS[form].run(desk, self._call(desk, name, self._chat(desk, value), value, fields))

    def _chat(self, desk: Desk, value: str) -> Chat | None:
        id = value.partition(":")[0]
        return desk.uow.chats.get(int(id)) if id.isdecimal() else None

    def _call(self, desk: Desk, name: str, chat: Chat | None, text: str, options: dict[str, str]) -> Call:
        member = self.member(desk, name)
        self.presses += 1
        heard = (
            Pressed(f"i{self.presses}", self.now, CHANNEL, member.person, "", "")
            if not options
            else Submitted("i", self.now, CHANNEL, member.person, "", "")
        )
        return Call(heard, member, self.community, CHANNEL, desk.uow.chats.get(chat.id) if chat else None, options, text)

    def outbox(self, chat: Chat, *purposes: str) -> list[Outgoing]:
        with self.desk() as desk:
            return [row for row in desk.uow.outbox.of(chat.id) if row.purpose in purposes]

    def restraints(self, chat: Chat) -> list[Restraint]:
        with self.desk() as desk:
            return desk.uow.facilitation.restraints(chat.id)

    def suggestions(self, chat: Chat) -> list[Suggestion]:
        with self.desk() as desk:
            return desk.uow.facilitation.of(chat.id)

    def deliver(self) -> None:
        """Send everything that is due, as the sender does."""
        with self.desk() as desk:
            while rows := desk.uow.outbox.claim("test", self.now, timedelta(minutes=1), 100):
                self.sent += rows
                for row in rows:
                    desk.uow.outbox.mark(replace(row, fate=Fate.SENT, sent_at=self.now, posted=Posted(_place(row), f"sent{row.id}")))

    def private(self, name: str) -> list[Message]:
        """What was sent to somebody in private so far."""
        self.deliver()
        return [row.message for row in self.sent if row.target == Privately(Person("room", name.lower()))]

    def follow_ups(self, name: str) -> list[FollowUp]:
        with self.desk() as desk:
            return desk.uow.follow_ups.of_member(self.member(desk, name).id)

    def said(self, name: str, text: str, message: str = "d1", place: Place | None = None) -> Said:
        return Said(self.now, place or Place("room", f"@{name.lower()}"), Person("room", name.lower()), message, text)


def _place(row: Outgoing) -> Place:
    match row.target:
        case Privately(person):
            return Place(person.platform, f"@{person.id}")
        case Place():
            return row.target
        case _:
            return CHANNEL


@pytest.fixture
def world(store: SqlStore) -> World:
    return World(store)


def told(reply: Reply) -> str:
    """The words of a private reply."""
    assert isinstance(reply, Private)
    return reply.message.text
