"""One rehearsal: the chat is scheduled by its host as any host would, and played to its end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from copbot.domain.chat import ON_PLAN, Chat
from copbot.domain.community import Community
from copbot.domain.heard import Joined
from copbot.domain.place import Person, Place
from copbot.domain.question import QuestionSet
from copbot.domain.schedule import resolve
from copbot.errors import ConfigurationError, WrongState
from copbot.ports.library import Library
from copbot.ports.store import Store
from copbot.rehearsal.stage import Cast, Stage, personas
from copbot.runtime.bot import Bot
from copbot.runtime.clock import RehearsalClock

BEFORE = timedelta(days=29)
"""The host schedules this long before, so that announcement, reading and reminders all have their time."""

CURTAIN = timedelta(minutes=2)
"""In the browser the simulated clock starts to run this long before the chat."""

CLOCK_FACT = "rehearsal clock"


@dataclass(frozen=True, slots=True)
class Piece:
    """What is rehearsed: a question set of a community, at a naive local start in a zone."""

    community: Community
    question_set: QuestionSet
    starts: datetime
    zone: str

    @property
    def starts_at(self) -> datetime:
        """The start as an instant (UTC)."""
        return resolve(self.starts, ZoneInfo(self.zone)).at

    @property
    def personas(self) -> list[dict[str, Any]]:
        """Who is in the room; the first of them hosts."""
        return personas(self.community.people.admins, self.zone)

    @property
    def host(self) -> str:
        """Who schedules the chat."""
        return str(self.personas[0]["id"])

    def channel(self, platform: str) -> str:
        """The community's channel on the platform."""
        return next(one.channel for one in self.community.channels if one.platform == platform)


def choose(library: Library, question_set: str, at: datetime | None) -> Piece:
    """The piece of that question set; ``at`` defaults to the set's own suggested date and zone.

    Raises ConfigurationError if there is no such set, or if neither names a date.
    """
    found = library.question_set(question_set)
    if found is None:
        known = ", ".join(sorted(one.id for one in library.question_sets()))
        raise ConfigurationError(f"There is no question set {question_set!r}. There is: {known}")
    community = library.community(found.community)
    if community is None or not any(one.platform == "room" for one in community.channels):
        raise ConfigurationError(f"The community {found.community!r} has no channel for the platform room in its file.")
    suggested = found.suggested
    if at is not None:
        starts = at
    elif suggested.date is not None and suggested.starts is not None:
        starts = datetime.combine(suggested.date, suggested.starts)
    else:
        raise ConfigurationError(f"{found.id} suggests no date; give one: --at 2030-01-30T19:30")
    return Piece(community, found, starts, suggested.time_zone or community.time_zone)


class Rehearsal:
    """Plays one piece on one stage. ``goes_on``: it may be killed and started again, and notes where its clock is."""

    def __init__(
        self, piece: Piece, bot: Bot, store: Store, stage: Stage, cast: Cast, clock: RehearsalClock, *, goes_on: bool = False
    ) -> None:
        self.piece = piece
        self._bot = bot
        self._store = store
        self._stage = stage
        self.cast = cast
        self._clock = clock
        self._goes_on = goes_on

    async def schedule(self) -> Chat:
        """Let the host schedule and confirm the chat with the commands everybody has; or find the one that is going on."""
        going_on = await self.chat()
        if going_on is not None:
            return going_on
        await self._everybody_joins()
        channel = self.piece.channel("room")
        starts = self.piece.starts
        wish = f"set={self.piece.question_set.id} date={starts:%Y-%m-%d} time={starts:%H:%M} zone={self.piece.zone} with=Lucy"
        await self._stage.people.command(self.piece.host, channel, f"/cop schedule {wish}")
        draft = self._stage.people.told(self.piece.host)[-1]
        if not any(button.action == "draft-confirm" for button in draft.buttons):
            raise WrongState(draft.text)
        await self._stage.people.press(self.piece.host, draft.id, "draft-confirm")
        chat = await self.chat()
        if chat is None:
            raise WrongState("The chat was not scheduled.")
        return chat

    async def chat(self) -> Chat | None:
        """The chat of this piece, once it is planned."""
        chats = await self._store.read(lambda uow: uow.chats.in_states(ON_PLAN, self.piece.community.id))
        return next((chat for chat in chats if chat.question_set == self.piece.question_set.id), None)

    async def play_until(self, until: datetime | None) -> None:
        """Turn by turn: whatever comes next happens, then the clock jumps on. ``until`` None: until nothing is left to come."""
        while True:
            due = await self._bot.turn()
            coming = min((at for at in (due, self.cast.next()) if at is not None), default=None)
            if coming is None or (until is not None and coming > until):
                if until is not None:
                    self._clock.jump(until)
                return
            self._clock.jump(coming)
            if self._goes_on:
                await self.remember()
            await self.cast.play(self._clock.now())

    async def remember(self) -> None:
        """Note where the simulated clock is, so that a new start goes on from there."""
        now = self._clock.now().isoformat()
        await self._store.write(lambda uow: uow.facts.put(CLOCK_FACT, now))

    async def _everybody_joins(self) -> None:
        place = Place("room", self.piece.channel("room"))
        for persona in self.piece.personas:
            await self._bot.hear(Joined(self._clock.now(), place, Person("room", persona["id"]), name=persona["name"]))


async def remembered(store: Store) -> datetime | None:
    """Where the simulated clock of an earlier start stopped."""
    noted = await store.read(lambda uow: uow.facts.get(CLOCK_FACT))
    return datetime.fromisoformat(noted) if noted else None
