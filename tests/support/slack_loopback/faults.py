"""What goes wrong with requests of the app's."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil
from random import Random


class Kind(StrEnum):
    """How one request fails."""

    LOST = "lost"
    """Done, and then the connection drops."""

    CUT = "cut"
    """The connection drops, and nothing is done."""

    LATER = "later"
    """429 with Retry-After; nothing is done."""

    INTERNAL = "internal"
    """``internal_error``; nothing is done."""

    INTERNAL_DONE = "internal_done"
    """``internal_error``, and it is done."""

    BROKEN = "broken"
    """503 from something in front of Slack; nothing is done."""

    BROKEN_DONE = "broken_done"
    """504 after it was done."""


DONE = frozenset({Kind.LOST, Kind.INTERNAL_DONE, Kind.BROKEN_DONE})


@dataclass(eq=False)
class Hold:
    """A request that is kept waiting: ``reached`` once it is there, answered after ``release``."""

    method: str
    done: bool
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False)
class _Planned:
    method: str
    kind: Kind
    after: int


@dataclass(eq=False)
class _Allowance:
    """So many calls in so many seconds, for each channel or for all together."""

    calls: int
    seconds: float
    each_channel: bool
    taken: dict[str, list[float]] = field(default_factory=dict)

    def wait(self, channel: str, now: float) -> int:
        """Whole seconds until the next call is allowed; 0 takes one."""
        key = channel if self.each_channel else ""
        recent = self.taken[key] = [at for at in self.taken.get(key, ()) if at > now - self.seconds]
        if len(recent) >= self.calls:
            return max(1, ceil(recent[0] + self.seconds - now))
        recent.append(now)
        return 0


class Faults:
    """What is planned to go wrong. A method's name may also be ``upload`` or ``response_url``."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []
        self._holds: list[Hold] = []
        self._denied: dict[str, str] = {}
        self._allowances: dict[str, _Allowance] = {}
        self._share: tuple[Random, Mapping[Kind, float]] = (Random(0), {})

    def once(self, method: str, kind: Kind, *, after: int = 0) -> None:
        """Let one call fail, once ``after`` of them went well."""
        self._planned.append(_Planned(method, kind, after))

    def deny(self, method: str, error: str) -> None:
        """Let every call answer with this error, until ``allow``; nothing is done."""
        self._denied[method] = error

    def allow(self, method: str) -> None:
        """Take ``deny`` back."""
        self._denied.pop(method, None)

    def limit(self, method: str, calls: int, seconds: float, *, each_channel: bool = False) -> None:
        """Answer 429 to more than so many calls in so many seconds."""
        self._allowances[method] = _Allowance(calls, seconds, each_channel)

    def wait(self, method: str, channel: str, now: float) -> int:
        """Seconds to wait before this call is allowed; 0 takes it."""
        return self._allowances[method].wait(channel, now) if method in self._allowances else 0

    def share(self, random: Random, shares: Mapping[Kind, float]) -> None:
        """From now on let a share of all calls fail, by kind."""
        self._share = (random, shares)

    def hold(self, method: str, *, done: bool = False) -> Hold:
        """Keep the next call waiting: before anything is done, or after."""
        self._holds.append(Hold(method, done))
        return self._holds[-1]

    def denied(self, method: str) -> str | None:
        """The error that every call is answered with."""
        return self._denied.get(method)

    def next(self, method: str) -> Kind | None:
        """How this call fails, if it does."""
        failing: Kind | None = None
        for planned in [one for one in self._planned if one.method == method]:
            if planned.after:
                planned.after -= 1
            elif failing is None:
                failing = planned.kind
                self._planned.remove(planned)
        return failing or self._drawn()

    def _drawn(self) -> Kind | None:
        random, shares = self._share
        drawn = random.random()
        for kind, share in shares.items():
            if drawn < share:
                return kind
            drawn -= share
        return None

    async def kept_waiting(self, method: str, *, done: bool) -> None:
        """Wait where this call is to be kept waiting."""
        for hold in [one for one in self._holds if (one.method, one.done) == (method, done)][:1]:
            self._holds.remove(hold)
            hold.reached.set()
            await hold.release.wait()
