"""A connection to PostgreSQL that does not wait for ever: neither for a server that hangs, nor when copbot has to stop."""

from collections.abc import Generator
from time import monotonic
from typing import Any, TypeVar

import psycopg
from typing_extensions import override

T = TypeVar("T")
SILENCE = 40.0
"""Seconds without a word from the server after which it is taken for gone. Its own limit, ``statement_timeout``, is shorter: a server
that keeps it answers in time.
"""

LOOK = 0.2
"""Seconds between looks at the clock."""


class Silent(psycopg.OperationalError):
    """The server has said nothing for too long."""


class ImpatientConnection(psycopg.Connection[Any]):
    """Raises Silent, and is closed, once the server has been silent for ``silence`` seconds (None: for ever) or after ``cut``."""

    silence: float | None = SILENCE
    is_cut = False

    def cut(self) -> None:
        """Let whoever waits on this connection, in another thread, wait no longer."""
        self.is_cut = True

    @override
    def wait(self, gen: Generator[Any, Any, T], interval: float = LOOK, timeout: float | None = None) -> T:
        return super().wait(self._watched(gen), min(interval, LOOK), timeout)

    def _watched(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        """The same dialogue, watched: psycopg comes back after every ``interval``, with nothing ready if the server said nothing."""
        try:
            wanted, heard = next(gen), monotonic()
            while True:
                ready = yield wanted
                heard = monotonic() if ready else heard
                if self.is_cut or (self.silence is not None and monotonic() - heard > self.silence):
                    self.pgconn.finish()
                    raise Silent("the server does not answer")
                wanted = gen.send(ready)
        except StopIteration as end:
            value: T = end.value
            return value
