"""What every use case works with: one transaction, one instant, the content, and a source of chance."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from copbot.domain.chat import Chat
from copbot.domain.community import Community
from copbot.errors import ConfigurationError
from copbot.ports.library import Edition, Library
from copbot.ports.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class Desk:
    """One piece of work. ``now`` is an aware instant in UTC; ``random`` is seeded in tests and rehearsals."""

    uow: UnitOfWork
    now: datetime
    library: Library
    random: Random

    def edition(self, chat: Chat) -> Edition:
        """Question set, format and wording as they were when the chat was scheduled."""
        known = self.library.remembered(chat.edition)
        return known or self.library.thaw(chat.edition, self.uow.editions.body(chat.edition))

    def community(self, chat: Chat) -> Community:
        """The chat's community as its admin describes it now: privacy, people and quiet hours stay live."""
        found = self.library.community(chat.community)
        if found is None:
            raise ConfigurationError(f"config/communities has no community {chat.community!r} any more")
        return found

    def say(self, name: str, /, **values: object) -> str:
        """Live wording, for what is not part of a frozen chat: private replies, notices, help."""
        return self.library.say(name, **values)
