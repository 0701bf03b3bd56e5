"""What a bot knows that follows the port, whatever the wire did to what it heard."""

from collections.abc import Iterable
from datetime import UTC, datetime

from copbot.domain.heard import Edited, Heard, Reacted, Removed, Said

BEGINNING = datetime(2018, 1, 1, tzinfo=UTC)


class Known:
    """What follows from what was heard, in whatever order: of a message the highest version, of a reaction the latest state, and
    nothing of what was removed.
    """

    def __init__(self, heard: Iterable[Heard]) -> None:
        self.texts: dict[str, str] = {}
        self.removed: set[str] = set()
        self._versions: dict[str, int] = {}
        self._reactions: dict[tuple[str, str], tuple[datetime, bool]] = {}
        for one in heard:
            self._take(one)

    @property
    def reacted(self) -> set[tuple[str, str]]:
        """Message and person of every reaction that is on."""
        return {key for key, (_, on) in self._reactions.items() if on and key[0] not in self.removed}

    def _take(self, heard: Heard) -> None:
        match heard:
            case Said():
                self._read(heard, 0)
            case Edited():
                self._read(heard, heard.version)
            case Removed(message=message):
                self.removed.add(message)
                self.texts.pop(message, None)
            case Reacted():
                key = (heard.message, heard.person.id)
                self._reactions[key] = max(self._reactions.get(key, (BEGINNING, False)), (heard.at, heard.on))

    def _read(self, heard: Said | Edited, version: int) -> None:
        if heard.message not in self.removed and version >= self._versions.get(heard.message, 0):
            self._versions[heard.message] = version
            self.texts[heard.message] = heard.text
