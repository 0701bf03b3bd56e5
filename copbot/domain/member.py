"""Members: people copbot knows, one per platform account and community."""

from dataclasses import dataclass
from datetime import datetime

from copbot.domain.place import Person


@dataclass(frozen=True, slots=True)
class Member:
    """A person copbot knows in one community.

    ``pseudonym`` is random and all that logs and exports show. ``noticed_at`` is when the privacy notice had been sent
    to them; before that nothing about them is kept. ``first_spoke_at`` is their first message ever here.
    """

    id: int
    community: str
    person: Person
    name: str
    pseudonym: str
    time_zone: str | None = None
    noticed_at: datetime | None = None
    first_spoke_at: datetime | None = None
    left_at: datetime | None = None


FORMER_MEMBER = "former member"
"""The pseudonym that all who asked to be forgotten share."""
