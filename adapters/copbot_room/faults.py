"""Faults on order, for tests of what a bot does when a platform fails."""

from collections.abc import Iterator
from contextlib import contextmanager

from copbot.errors import PlatformError, Unclear
from copbot_room.model import ROOM


class Faults:
    """Makes the room's answers to the bot fail: before something is done, or after."""

    def __init__(self) -> None:
        self._before: list[tuple[int, PlatformError]] = []
        self._after: list[int] = []

    def fail_next(self, error: PlatformError, *, after: int = 0) -> None:
        """Once ``after`` requests went well, refuse one: nothing is done and the bot gets ``error``."""
        self._before.append((after, error))

    def lose_next_answer(self, *, after: int = 0) -> None:
        """Once ``after`` requests went well, do what one asks for, but the bot gets Unclear."""
        self._after.append(after)

    @contextmanager
    def request(self) -> Iterator[None]:
        """One request of the bot's. Raises what was ordered."""
        before, self._before = self._before, []
        due = [error for left, error in before if left == 0]
        self._before = [(left - 1, error) for left, error in before if left > 0]
        if due:
            raise due[0]
        yield
        after, self._after = self._after, []
        self._after = [left - 1 for left in after if left > 0]
        if 0 in after:
            raise Unclear(ROOM, "the answer got lost")
