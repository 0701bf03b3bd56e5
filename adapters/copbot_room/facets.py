"""The optional facets of the port: the room has them all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from copbot.domain.heard import Edited, Happening, Interaction, Removed, Said
from copbot.domain.message import Form
from copbot.domain.place import Person, Place, Posted
from copbot_room.model import ROOM, Entry, Upcoming
from copbot_room.people import find_mentions
from copbot_room.server import RoomServer


@dataclass(frozen=True, slots=True)
class RoomForms:
    """Forms open in front of one person, one at a time: a new one takes the place of the last."""

    server: RoomServer

    async def open(self, interaction: Interaction, form: Form) -> None:
        """Show the form to the person who acted."""
        self.server.tell(interaction, form)


@dataclass(frozen=True, slots=True)
class RoomDirect:
    """Private panes, one a person: the channel ``@`` and the person's id."""

    server: RoomServer

    async def place(self, person: Person) -> Place:
        """Where this person's private messages go. Raises Gone if there is no such person."""
        return Place(ROOM, f"@{self.server.persona(person.id).id}")


@dataclass(frozen=True, slots=True)
class RoomCalendar:
    """The list of chats to come on the page."""

    server: RoomServer

    async def schedule(self, place: Place, title: str, starts: datetime, ends: datetime, *, key: str, about: str = "") -> None:
        """Create or move the event of this key."""
        self.server.schedule(Upcoming(key, place.channel, title, starts, ends, about))

    async def cancel(self, place: Place, *, key: str) -> None:  # noqa: ARG002 - keys are the room's, not a place's
        """Take the event of this key away, if it is there."""
        self.server.cancel(key)


@dataclass(frozen=True, slots=True)
class RoomHistory:
    """What stands in the room now. An edited message is told as its last edit only, a removed one without its content."""

    server: RoomServer
    tells_removals = True

    async def since(self, place: Place, moment: datetime) -> Sequence[Happening]:
        """Everything people said, edited or removed in exactly this place (a channel's threads are places of their own), oldest first."""
        self.server.root(place.channel, place.thread)
        with self.server.faults.request():
            line = self.server.state.line(place.channel, place.thread)
            happened = [self._last(entry) for entry in line if not entry.by_bot]
        return sorted((one for one in happened if one.at >= moment), key=lambda one: one.at)

    def _last(self, entry: Entry) -> Said | Edited | Removed:
        if entry.removed_at is not None:
            return Removed(entry.removed_at, entry.place, entry.id)
        who = self.server.persona(entry.author)
        mentions = tuple(Person(ROOM, id) for id in find_mentions(entry.text, self.server.settings.personas))
        if entry.edited_at is None:
            return Said(entry.at, entry.place, who.person, entry.id, entry.text, mentions, entry.replies_to, name=who.name)
        return Edited(
            *(entry.edited_at, entry.place, who.person, entry.id, entry.text, entry.version, entry.at, mentions, entry.replies_to, who.name)
        )


@dataclass(frozen=True, slots=True)
class RoomPins:
    """Messages marked for everybody."""

    server: RoomServer

    async def pin(self, posted: Posted) -> None:
        """Mark the message. Idempotent."""
        self.server.pin(posted.message)
