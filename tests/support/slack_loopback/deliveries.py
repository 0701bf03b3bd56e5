"""What Slack sends to the app, until it is acknowledged or given up."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from slack_loopback.model import Body

RETRIES = (0.0, 60.0, 300.0)
"""Seconds before each further attempt: docs.slack.dev/apis/events-api."""


class NotTaken(Exception):
    """The app did not acknowledge; the reason is in Slack's words. ``final``: it asked not to be given it again."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final


@dataclass(eq=False)
class Delivery:
    """One envelope. ``taken`` is called with what the acknowledgement carries, ``given_up`` where there was none."""

    kind: str
    payload: Body
    taken: Callable[[Body], None] = lambda ack: None
    given_up: Callable[[], None] = lambda: None
    attempts: int = 0
    ack: Body | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_event(self) -> bool:
        """Events are sent again; what people do with buttons is not."""
        return self.kind == "events_api"


class Carrier(Protocol):
    """A way to the app."""

    async def offer(self, delivery: Delivery, attempt: int, reason: str) -> Body:
        """Deliver once. Gives what the acknowledgement carries; raises NotTaken."""
        ...


class Deliveries:
    """Everything on its way. ``retries``: seconds before each further attempt, cut short by ``hurry``."""

    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self.retries: tuple[float, ...] = RETRIES
        self.flying: list[Delivery] = []
        self.waiting: list[Delivery] = []
        self.done: list[Delivery] = []
        self.lost: list[Delivery] = []
        self.changed = asyncio.Event()
        self._held: list[Delivery] | None = None
        self._twice = 0
        self._hurry = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, delivery: Delivery) -> Delivery:
        """Begin to deliver."""
        if delivery.is_event and self._held is not None:
            self._held.append(delivery)
            return delivery
        times = 2 if delivery.is_event and self._twice else 1
        self._twice -= times - 1
        for _ in range(times):
            self._start(delivery)
        return delivery

    def _start(self, delivery: Delivery) -> None:
        self.flying.append(delivery)
        task = asyncio.get_running_loop().create_task(self._carry(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.result()

    def hold(self) -> None:
        """Keep the events that come back, until ``release``."""
        self._held = []

    def release(self, order: Callable[[list[Delivery]], list[Delivery]] = lambda held: held) -> None:
        """Send what was kept, in this order."""
        held, self._held = self._held or [], None
        for delivery in order(held):
            self.send(delivery)

    def double(self, events: int) -> None:
        """Deliver each of the next events twice, although the first is acknowledged."""
        self._twice += events

    def hurry(self) -> None:
        """Try again now what is waiting for its next attempt."""
        self.flying += self.waiting
        self.waiting.clear()
        self._hurry.set()
        self._hurry = asyncio.Event()

    async def until(self, reached: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until something is so; TimeoutError if it does not come about."""
        async with asyncio.timeout(seconds):
            while not reached():
                self.changed.clear()
                await self.changed.wait()

    async def stop(self) -> None:
        """Give up everything that is on its way."""
        for task in list(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _carry(self, delivery: Delivery) -> None:
        reason, retries = "", self.retries if delivery.is_event else ()
        for attempt in range(len(retries) + 1):
            try:
                delivery.attempts += 1
                delivery.ack = await self.carrier.offer(delivery, attempt, reason)
            except NotTaken as refusal:
                reason = refusal.reason
                if refusal.final or attempt == len(retries):
                    break
                self._move(delivery, self.waiting)
                if not await self._hurried(retries[attempt]):
                    self.waiting.remove(delivery)
                    self.flying.append(delivery)
            else:
                self._move(delivery, self.done)
                delivery.taken(delivery.ack)
                delivery.over.set()
                return
        self._move(delivery, self.lost)
        delivery.given_up()
        delivery.over.set()

    def _move(self, delivery: Delivery, to: list[Delivery]) -> None:
        self.flying.remove(delivery)
        to.append(delivery)
        self.changed.set()

    async def _hurried(self, seconds: float) -> bool:
        """Wait for so long; whether it was cut short."""
        hurry = self._hurry
        with suppress(TimeoutError):
            await asyncio.wait_for(hurry.wait(), seconds)
        return hurry.is_set()
