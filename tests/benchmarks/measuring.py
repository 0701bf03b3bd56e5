"""What benchmarks have in common: figures, CPU time, and rounds in which ours and the peer take turns."""

import sys
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Figure:
    """What one benchmark found: ours and the peer's with their units, their ratio, and what it may be at most, if there is a target."""

    ours: str
    peer: str
    ratio: float
    at_most: float | None = None

    @property
    def is_missed(self) -> bool:
        """Whether there is a target, and the ratio as it is printed is above it."""
        return self.at_most is not None and round(self.ratio, 2) > self.at_most


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a benchmark could not be run here."""

    reason: str


class Side(Protocol):
    """Ours or the peer's. Only ``work`` is timed; ``check`` raises AssertionError unless the round's work was really done."""

    def prepare(self) -> None: ...
    def work(self) -> None: ...
    def check(self) -> None: ...


def taking_turns(ours: Side, peer: Side, rounds: int) -> tuple[float, float]:
    """The median CPU seconds (of this process, all its threads) of a round of ours and of the peer's, after one each that is not counted.

    They take turns (A B A B ...), so that whatever else the machine does meanwhile befalls both. Medians, because a minimum would leave
    out what comes with only some rounds, such as checkpoints.
    """
    took = [(_cpu_seconds(ours), _cpu_seconds(peer)) for _ in range(rounds + 1)][1:]
    return median(one for one, _ in took), median(other for _, other in took)


def _cpu_seconds(side: Side) -> float:
    side.prepare()
    began = process_time()
    side.work()
    took = process_time() - began
    side.check()
    return took


def microseconds(seconds: float) -> str:
    """With its unit: ``61us``."""
    return f"{seconds * 1e6:.0f}us"


def note(line: str) -> None:
    """Say something beside the figures."""
    print(line, file=sys.stderr, flush=True)
