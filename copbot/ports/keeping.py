"""Small things an adapter must remember over a restart."""

from typing import Protocol


class Keeping(Protocol):
    """A key-value store of one adapter's own. Called off the event loop's thread or awaited: all methods are async."""

    async def get(self, key: str) -> bytes | None:
        """The value, or None."""
        ...

    async def put(self, key: str, value: bytes) -> None:
        """Remember the value, in place of an earlier one."""
        ...

    async def forget(self, key: str) -> None:
        """Remember it no longer."""
        ...
