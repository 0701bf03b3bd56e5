"""One copy's adapter for the harbour: the whole port, over a wire that loses, delays and breaks."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from typing_extensions import override

from copbot.domain.heard import Happening, Interaction
from copbot.domain.message import Form, Message, Reply
from copbot.domain.place import Person, Place, Posted, Profile
from copbot.errors import NotPermitted, PlatformError, Refused, TryLater, Unclear
from copbot.ports.platform import Calendar, Direct, Finding, Forms, History, Inbox, Limits, Pins, Platform, Threads
from copbot.testing.simulation.harbour import NAME, Connection, Delivery, Harbour, Note
from copbot.testing.simulation.process import Life, Process
from copbot.testing.simulation.weather import Mishap

T = TypeVar("T")

PATIENCE = 10.0
"""Seconds until the adapter gives up waiting for an answer: less than half a lease (3-architecture 6)."""

SLOWEST = 4.0
"""Seconds that a request is on its way at most: less than the margin that the sender keeps before the end of its lease."""


class HarbourPlatform(Platform, Forms, Direct, Calendar, History, Pins):
    """The adapter. Its process may die at any await; requests already on the wire arrive all the same."""

    def __init__(self, harbour: Harbour, process: Process) -> None:
        self._harbour = harbour
        self._process = process

    @property
    @override
    def name(self) -> str:
        return NAME

    @property
    @override
    def threads(self) -> Threads:
        return self._harbour.threads

    @property
    @override
    def limits(self) -> Limits:
        return Limits(text=100_000, buttons=25, title=100)

    @property
    @override
    def forms(self) -> Forms:
        return self

    @property
    @override
    def direct(self) -> Direct:
        return self

    @property
    @override
    def calendar(self) -> Calendar:
        return self

    @property
    @override
    def history(self) -> History:
        return self

    @property
    @override
    def pins(self) -> Pins:
        return self

    @property
    @override
    def home(self) -> None:
        return None

    @property
    @override
    def http(self) -> None:
        return None

    @override
    async def run(self, inbox: Inbox) -> None:
        connection = Connection(lambda: self._process.life is not Life.DEAD)
        self._harbour.connect(connection)
        self._harbour.trace(self._process.name, "connected")
        at_work: set[asyncio.Task[None]] = set()
        try:
            while (delivery := await connection.arriving.get()) is not None:
                task = asyncio.create_task(self._hand_over(inbox, delivery))
                at_work.add(task)
                task.add_done_callback(at_work.discard)
        finally:
            connection.close()
            for task in at_work:
                task.cancel()
        self._harbour.trace(self._process.name, "disconnected")
        raise ConnectionResetError("the line broke")

    async def _hand_over(self, inbox: Inbox, delivery: Delivery) -> None:
        try:
            await inbox(delivery.heard)
        except Exception as error:  # noqa: BLE001 - not acknowledged: the platform may bring it again
            self._harbour.trace(self._process.name, "did not take", type(delivery.heard).__name__, type(error).__name__)
        else:
            delivery.acknowledged = True

    @override
    async def post(self, place: Place, message: Message, *, key: str) -> Posted:
        return await self._request(f"post {key}", lambda: self._harbour.post(place, message, key), place)

    @override
    async def open_thread(self, place: Place, title: str, message: Message, *, key: str) -> Posted:
        return await self._request(f"open_thread {key}", lambda: self._harbour.post(place, message, key, title), place)

    @override
    async def edit(self, posted: Posted, message: Message) -> None:
        await self._request(f"edit {posted.message}", lambda: self._harbour.change(posted, message), posted.place)

    @override
    async def remove(self, posted: Posted) -> None:
        await self._request(f"remove {posted.message}", lambda: self._harbour.take_away(posted), posted.place)

    @override
    async def react(self, posted: Posted, emoji: str) -> None:
        await self._request(f"react {posted.message}", lambda: None, posted.place)

    @override
    async def pin(self, posted: Posted) -> None:
        await self._request(f"pin {posted.message}", lambda: self._harbour.pin(posted), posted.place)

    @override
    async def find(self, place: Place, *, key: str) -> Posted | None:
        if self._harbour.weather.blind:
            await asyncio.sleep(self._harbour.random.uniform(0.01, 1))
            raise Unclear(NAME, "nothing can be looked up")
        found = await self._request(f"find {key}", lambda: self._harbour.find(place, key), place)
        return found.posted if found else None

    @override
    async def tell(self, interaction: Interaction, reply: Reply) -> None:
        await self._request(f"tell {interaction.id}", lambda: self._tell(interaction, reply))

    @override
    async def open(self, interaction: Interaction, form: Form) -> None:
        await self.tell(interaction, form)

    def _tell(self, interaction: Interaction, reply: Reply) -> None:
        self._harbour.told.append(Note(interaction, reply, self._harbour.time()))

    @override
    async def profile(self, person: Person) -> Profile:
        return await self._request(f"profile {person.id}", lambda: Profile(person, self._harbour.names[person], "Europe/London"))

    @override
    async def check(self, place: Place) -> Sequence[Finding]:
        return ()

    @override
    async def place(self, person: Person) -> Place:
        await asyncio.sleep(0.01)
        if person in self._harbour.unreachable:
            raise Refused(NAME, "this person takes no private messages", "Speak to them.")
        return Place(NAME, f"@{person.id}")

    @override
    async def schedule(self, place: Place, title: str, starts: datetime, ends: datetime, *, key: str, about: str = "") -> None:
        await self._request(f"schedule {key}", lambda: None, place)

    @override
    async def cancel(self, place: Place, *, key: str) -> None:
        await self._request(f"unschedule {key}", lambda: None, place)

    @override
    async def since(self, place: Place, moment: datetime) -> Sequence[Happening]:
        return await self._request(f"history {place.channel} {place.thread}", lambda: self._harbour.since(place, moment), place)

    async def _request(self, what: str, act: Callable[[], T], place: Place | None = None) -> T:
        """One request: on the wire at once, done (or not), and its answer on the way back (or not)."""
        harbour = self._harbour
        mishap = harbour.weather.mishap(harbour.random)
        harbour.trace(self._process.name, what, "" if mishap is Mishap.NONE else mishap)
        answer: asyncio.Future[T] = harbour.loop.create_future()
        harbour.on_the_wire += 1
        harbour.loop.call_later(self._way(), self._arrive, act, mishap, place, answer, context=harbour.world)
        try:
            async with asyncio.timeout(PATIENCE):
                result = await answer
        except TimeoutError:
            raise Unclear(NAME, "no answer came") from None
        if mishap is Mishap.BROKEN:
            raise ConnectionResetError("the adapter forgot to map this")
        return result

    def _arrive(self, act: Callable[[], Any], mishap: Mishap, place: Place | None, answer: asyncio.Future[Any]) -> None:
        self._harbour.on_the_wire -= 1
        if mishap is Mishap.LOST:
            return
        try:
            self._refuse(mishap, place)
            result = act()
        except PlatformError as error:
            refusal = error
            self._answer(mishap, lambda: None if answer.done() else answer.set_exception(refusal))
        else:
            self._answer(mishap, lambda: None if answer.done() else answer.set_result(result))

    def _refuse(self, mishap: Mishap, place: Place | None) -> None:
        if mishap is Mishap.LATER:
            raise TryLater(NAME, "too many requests", timedelta(seconds=self._harbour.random.uniform(0, 20)))
        if mishap is Mishap.REFUSED:
            raise Refused(NAME, "the platform will not have it", "Post it by hand.")
        until = self._harbour.closed_to_bot.get(place.channel) if place else None
        if until is not None and self._harbour.time() < until:
            raise NotPermitted(NAME, "I may not write there", "Let me in.")

    def _answer(self, mishap: Mishap, give: Callable[[], None]) -> None:
        if mishap is Mishap.ANSWER_LOST:
            return
        late = self._harbour.random.uniform(PATIENCE / 2, PATIENCE * 2) if mishap is Mishap.ANSWER_LATE else self._way() / 4
        self._harbour.loop.call_later(late, give, context=self._harbour.world)

    def _way(self) -> float:
        random = self._harbour.random
        return random.uniform(0.5, SLOWEST) if random.random() < 0.05 else random.uniform(0.01, 0.2)
