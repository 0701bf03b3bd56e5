"""What happened in a seed, line by line: two runs of one seed have the same, byte for byte."""

import hashlib
from collections import deque
from collections.abc import Callable

KEPT = 400
"""How many of the last lines are kept to be shown."""


class Trace:
    """Keeps the last lines, and a hash over all of them. ``time``: virtual seconds."""

    def __init__(self, time: Callable[[], float]) -> None:
        self._time = time
        self._hash = hashlib.sha256()
        self.lines: deque[str] = deque(maxlen=KEPT)
        self.over = False

    def __call__(self, *words: object) -> None:
        """Note something; nothing any more once the seed is ``over``."""
        if self.over:
            return
        line = f"{self._time():13.4f} " + " ".join(str(word) for word in words)
        self.lines.append(line)
        self._hash.update(line.encode() + b"\n")

    @property
    def digest(self) -> str:
        """Stands for everything noted so far."""
        return self._hash.hexdigest()
