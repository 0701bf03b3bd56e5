"""What the running bot counts and measures, as Prometheus reads it. The one file that knows the library (docs/metrics.md lists them all).

Names follow https://prometheus.io/docs/practices/naming/. Labels are the platform and the outcome, never people, channels or chats.
"""

import platform
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, PlatformCollector, ProcessCollector, generate_latest

from copbot import __version__
from copbot.domain.step import Fate, Outgoing, Verb, platform_of
from copbot.ports.readings import Queues
from copbot.runtime.clock import steady

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of what ``Meters.render`` gives. https://prometheus.io/docs/instrumenting/exposition_formats/"""

LAG = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 600, 1800)
BRIEF = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200)
OUTCOMES: Mapping[Fate, str] = {
    Fate.SENT: "sent",
    Fate.FAILED: "refused",
    Fate.UNCLEAR: "unclear",
    Fate.EXPIRED: "expired",
    Fate.PENDING: "later",
}
"""How one attempt to post may end, in the words of the metrics. ``later``: the platform asked for patience."""

LOOK_UPS = FOUND, ABSENT = "found", "absent"
UNKNOWN = float("nan")


class Meters:
    """The counters and gauges of one process, in a registry of its own."""

    def __init__(self, seconds: Callable[[], float] = steady) -> None:
        self._seconds = seconds
        self._ticked: float | None = None
        self._connected: dict[str, bool] = {}
        self._waiting = 0
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        Info("copbot_build", "The copbot that runs.", registry=registry).info({"version": __version__, "python": platform.python_version()})
        self._lag = Histogram(
            "copbot_posting_lag_seconds",
            "From when a post was put on its way by its step until it was handed over.",
            ["platform"],
            buckets=LAG,
            registry=registry,
        )
        self._tick_lag = Histogram(
            "copbot_tick_lag_seconds",
            "From when the next step of any plan was due until a tick had done it.",
            buckets=LAG,
            registry=registry,
        )
        self._posts = Counter(
            "copbot_posts",
            "Attempts to post, by outcome: sent, refused (for good, or given up), unclear, expired, later (asked to wait).",
            ["platform", "outcome"],
            registry=registry,
        )
        self._look_ups = Counter(
            "copbot_look_ups",
            "Looks for an earlier post whose outcome was unclear, by outcome: found (it stood there and was not posted twice) or absent.",
            ["platform", "outcome"],
            registry=registry,
        )
        self._batch = Histogram("copbot_hearing_batch_events", "Events stored in one transaction.", buckets=SIZES, registry=registry)
        self._hearing = Histogram(
            "copbot_hearing_batch_seconds", "From taking a batch until it was committed.", buckets=BRIEF, registry=registry
        )
        self._parked = Counter("copbot_hearing_parked_events", "Events that could not be stored.", registry=registry)
        self._waits = Histogram(
            "copbot_database_seconds",
            "From asking for a transaction until it ended, waiting for the database included.",
            ["kind"],
            buckets=BRIEF,
            registry=registry,
        )
        self._platforms = Gauge("copbot_platform_connected", "1 while the platform is connected, else 0.", ["platform"], registry=registry)
        self._tick_age = Gauge("copbot_tick_age_seconds", "Since the last tick; it comes at least every 30 seconds.", registry=registry)
        self._answers = Gauge("copbot_database_answers", "1 if the database answered just now and nothing waits for it.", registry=registry)
        self._outgoing_age = Gauge("copbot_outbox_oldest_due_seconds", "How long the oldest post has been due; 0: none.", registry=registry)
        self._step_age = Gauge("copbot_steps_oldest_due_seconds", "How long the oldest step has been due; 0: none.", registry=registry)
        self._unclear = Gauge("copbot_outbox_unclear_posts", "Posts whose outcome is unclear.", registry=registry)

    def ended(self, row: Outgoing) -> None:
        """One attempt to send a row has ended as its ``fate`` says."""
        name = platform_of(row.lane)
        self._posts.labels(name, OUTCOMES.get(row.fate, row.fate.value)).inc()
        if row.sent_at is not None and row.verb in {Verb.POST, Verb.OPEN_THREAD}:
            self._lag.labels(name).observe(_age(row.due_at, row.sent_at))

    def done(self, due: datetime, now: datetime) -> None:
        """A tick has done what was due at ``due``."""
        self._tick_lag.observe(_age(due, now))

    def looked_up(self, name: str, *, found: bool) -> None:
        """A platform was asked for an earlier post."""
        self._look_ups.labels(name, FOUND if found else ABSENT).inc()

    @contextmanager
    def hearing(self, events: int) -> Iterator[None]:
        """Around storing one batch."""
        self._batch.observe(events)
        with self._timed(self._hearing):
            yield

    def parked(self) -> None:
        """An event could not be stored."""
        self._parked.inc()

    @contextmanager
    def database(self, kind: str) -> Iterator[None]:
        """Around one transaction; ``kind`` is read or write."""
        with self._timed(self._waits.labels(kind)):
            yield

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Around waiting for a database that cannot be used, or not for what is asked of it: one on a full disk can still be read."""
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    @property
    def waits(self) -> bool:
        """Whether something waits for the database."""
        return self._waiting > 0

    def connected(self, name: str, *, yes: bool) -> None:
        """A platform's connection began or ended. Its counters are there from the first time on: from nothing to 1 is no increase."""
        for outcome in OUTCOMES.values():
            self._posts.labels(name, outcome)
        for outcome in LOOK_UPS:
            self._look_ups.labels(name, outcome)
        self._connected[name] = yes
        self._platforms.labels(name).set(yes)

    def ticked(self) -> None:
        """A tick is over."""
        self._ticked = self._seconds()

    @property
    def connections(self) -> Mapping[str, bool]:
        """Which platforms are connected."""
        return self._connected

    @property
    def tick_age(self) -> float | None:
        """Seconds since the last tick; None: there was none yet."""
        return None if self._ticked is None else self._seconds() - self._ticked

    def render(self, queues: Queues | None, now: datetime) -> bytes:
        """Everything in Prometheus' text format; ``queues`` is None if the database did not say."""
        self._answers.set(queues is not None and not self.waits)
        self._tick_age.set(UNKNOWN if self.tick_age is None else self.tick_age)
        self._unclear.set(queues.unclear if queues else UNKNOWN)
        self._outgoing_age.set(_age(queues.oldest_outgoing, now) if queues else UNKNOWN)
        self._step_age.set(_age(queues.oldest_step, now) if queues else UNKNOWN)
        return generate_latest(self._registry)

    @contextmanager
    def _timed(self, histogram: Histogram) -> Iterator[None]:
        begun = self._seconds()
        try:
            yield
        finally:
            histogram.observe(self._seconds() - begun)


def _age(since: datetime | None, now: datetime) -> float:
    return 0 if since is None else max(now - since, timedelta()).total_seconds()
