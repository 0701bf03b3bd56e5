"""What only one of several processes on one database may do at a time, such as holding a shard's connection.

A lease keeps what is done twice rare, not impossible: a process that was stopped past its lease learns of it at the next ``take``. So what
is done under a lease must still be right when it is done twice.
"""

from datetime import timedelta
from typing import Protocol

LEASE_TERM = timedelta(seconds=30)
"""How long a lease stands after it was last taken: until then nobody else gets it."""

LEASE_RENEWED = timedelta(seconds=10)
"""How often whoever holds a lease takes it again; two of them may fail before it is lost."""


class Leases(Protocol):
    """Named leases. A name is an adapter's own: other adapters may use the same."""

    async def take(self, name: str) -> bool:
        """Take the lease, or renew it; False while another process holds it, also if it was ours and we let it run out.

        While the database is away nobody can take anything: then what this process holds it keeps.
        """
        ...

    async def release(self, name: str) -> None:
        """Let another process have it at once. Nothing happens if it is not held."""
        ...
