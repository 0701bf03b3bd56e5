"""Members: people copbot knows, one per platform account and community."""

from datetime import datetime
from typing import NamedTuple

from copbot.domain.place import Person


class Member(NamedTuple):
    """A person copbot knows in one community.

    ``pseudonym`` is random and all that logs and exports show. ``noticed_at`` is when the privacy notice had been sent
    to them; before that nothing about them is kept. ``first_spoke_at`` is their first message ever here.

    A tuple, as responses are: a batch makes as many of them as it has messages.
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
