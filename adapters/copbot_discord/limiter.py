"""Discord's limit over everything together: 50 requests a second (4-platforms.md B2). discord.py does not keep it by itself."""

import asyncio
from collections import deque

MOST = 50
SECONDS = 1.0


class Limiter:
    """At most ``most`` requests begin within any ``seconds``; the others wait for their turn."""

    def __init__(self, most: int = MOST, seconds: float = SECONDS) -> None:
        self._most = most
        self._seconds = seconds
        self._begun: deque[float] = deque()

    async def take(self) -> None:
        """Return when one more request may begin."""
        loop = asyncio.get_running_loop()
        while wait := self.wait(loop.time()):  # noqa: ASYNC110 - it waits for time to pass
            await asyncio.sleep(wait)

    def wait(self, now: float) -> float:
        """Seconds until one more may begin; 0: it begins now, and counts."""
        while self._begun and self._begun[0] <= now - self._seconds:
            self._begun.popleft()
        if len(self._begun) >= self._most:
            return self._begun[0] + self._seconds - now
        self._begun.append(now)
        return 0.0
