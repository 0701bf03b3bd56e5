"""What buttons and forms carry that does not fit into their ``custom_id``: kept until somebody presses, and over a restart."""

from collections.abc import Mapping

from copbot.ports.keeping import Keeping
from copbot_discord.components import kept_under, value_of


class Kept:
    """Values by the names that stand for them in ``custom_id``; the same value always has the same name."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    async def keep(self, values: Mapping[str, str]) -> None:
        """Keep them. To be done before what carries their names can be seen."""
        for name, value in values.items():
            await self._keeping.put(_key(name), value.encode())

    async def value_of(self, custom_id: str) -> str:
        """The value that a ``custom_id`` carries, or stands for; empty if nobody knows it any more."""
        name = kept_under(custom_id)
        if not name:
            return value_of(custom_id)
        value = await self._keeping.get(_key(name))
        return "" if value is None else value.decode()


def _key(name: str) -> str:
    return f"value:{name}"
