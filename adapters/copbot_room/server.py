"""The chat server in the room: what a bot may ask of it. Like Slack's own servers it outlives the bot."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from copbot.domain.heard import Interaction
from copbot.domain.message import File, Form, FormErrors, Message, Nothing, Private, Reply
from copbot.domain.place import Place
from copbot.errors import Gone, NotPermitted, PlatformError
from copbot.ports.clock import Clock
from copbot_room.disk import Disk, NoDisk, SqliteDisk
from copbot_room.faults import Faults
from copbot_room.line import Line
from copbot_room.model import BOT, ROOM, Attachment, Channel, Entry, OpenForm, Persona, Reaction, Told, Upcoming
from copbot_room.settings import RoomSettings
from copbot_room.state import RoomState


class RoomServer:
    """State, the line to the bot, and the verbs that the adapter calls. Raises Gone, NotPermitted, or what ``faults`` were ordered."""

    def __init__(self, settings: RoomSettings, clock: Clock) -> None:
        disk: Disk = SqliteDisk(Path(settings.path)) if settings.path else NoDisk()
        self.settings = settings
        self.clock = clock
        self.state = RoomState(disk)
        self.line = Line(self.state)
        self.faults = Faults()
        self.channels = {channel.id: channel for channel in settings.channels}
        self.personas = {persona.id: persona for persona in settings.personas}
        self._pressed_on: dict[str, str] = {}

    def fail_next(self, error: PlatformError, *, after: int = 0) -> None:
        """Order a fault, see ``Faults.fail_next``."""
        self.faults.fail_next(error, after=after)

    def lose_next_answer(self, *, after: int = 0) -> None:
        """Order a fault, see ``Faults.lose_next_answer``."""
        self.faults.lose_next_answer(after=after)

    def persona(self, id: str) -> Persona:
        """Who this is. Raises Gone."""
        if id not in self.personas:
            raise Gone(ROOM, f"there is nobody called {id!r} here", "add them to the room's personas")
        return self.personas[id]

    def channel(self, id: str) -> Channel:
        """The channel, or somebody's private pane. Raises Gone."""
        if id.startswith("@"):
            return Channel(id, self.persona(id[1:]).name, "Between you and copbot")
        if id not in self.channels:
            raise Gone(ROOM, f"there is no channel {id!r} here", "add it to the room's channels")
        return self.channels[id]

    def entry(self, id: str) -> Entry:
        """A message that is there. Raises Gone."""
        found = self.state.entries.get(id)
        if found is None or found.removed_at is not None:
            raise Gone(ROOM, f"message {id!r} is not there any more", "post it again if it is still wanted")
        return found

    def root(self, channel: str, thread: str | None) -> str | None:
        """The id of a thread's first message. Raises Gone if the channel or the message is not there."""
        self.channel(channel)
        if thread is None:
            return None
        first = self.entry(thread)
        if first.channel != channel:
            raise Gone(ROOM, f"thread {thread!r} is not in {channel!r}", "open the thread where it belongs")
        return first.thread or first.id

    def post(self, place: Place, message: Message, *, key: str, base: str, parts: int = 1, title: str | None = None) -> Entry:
        """A post of the bot's. The same key again gives the first one back. With a title it opens a thread."""
        with self.faults.request():
            if key in self.state.keys:
                return self.state.entries[self.state.keys[key]]
            thread = self.root(place.channel, place.thread)
            entry = Entry(f"m{self.state.number('m')}", place.channel, BOT, message.text, self.clock.now(), thread=thread)
            entry = replace(
                entry,
                title=title or "",
                opens_thread=title is not None,
                buttons=message.buttons,
                files=_files(message.files),
                key=key,
                base=base,
                parts=parts,
            )
            self.state.commit(entry)
            return entry

    def edit(self, id: str, message: Message, *, parts: int) -> None:
        """Replace a post of the bot's."""
        with self.faults.request():
            old = self._own(id)
            new = replace(old, text=message.text, buttons=message.buttons, files=_files(message.files), parts=parts)
            if new != old:
                self.state.commit(replace(new, version=old.version + 1, edited_at=self.clock.now()))

    def remove(self, id: str, *, for_good: bool = True) -> None:
        """Take a post of the bot's away; done already is as good. Unless ``for_good`` its key may be used again."""
        with self.faults.request():
            old = self.state.entries.get(id)
            if old is None or old.removed_at is None:
                gone = tombstone(self._own(id), self.clock.now())
                self.state.commit(gone if for_good else replace(gone, key=None))

    def react(self, id: str, emoji: str) -> None:
        """Put the bot's reaction on a message."""
        with self.faults.request():
            self.state.commit(with_reaction(self.entry(id), emoji, BOT, on=True))

    def pin(self, id: str) -> None:
        """Mark a message for everybody."""
        with self.faults.request():
            self.state.commit(replace(self.entry(id), pinned=True))

    def by_key(self, key: str) -> Sequence[Entry]:
        """What was posted under a key: nothing, one message, or all parts of a split one."""
        with self.faults.request():
            if key in self.state.keys:
                return [self.state.entries[self.state.keys[key]]]
            first = self.state.keys.get(f"{key}.1")
            parts = self.state.entries[first].parts if first else 0
            found = [self.state.keys.get(f"{key}.{number}") for number in range(1, parts + 1)]
            return [self.state.entries[id] for id in found if id] if None not in found else []

    def siblings(self, id: str) -> list[Entry]:
        """The parts of the message that a post begins, itself first. Raises Gone if there never was such a post."""
        first = self.state.entries.get(id) or self._own(id)
        others = [self.state.keys.get(part_key(first, number)) for number in range(2, first.parts + 1)]
        return [first, *(self.state.entries[one] for one in others if one)]

    def tell(self, interaction: Interaction, reply: Reply) -> None:
        """Show a reply to the person who acted, and to nobody else."""
        with self.faults.request():
            person = self.persona(interaction.person.id)
            note = self._pressed_on.pop(interaction.id, None)
            form = self.state.forms.get(person.id)
            answered = form is not None and form.waiting and form.interaction == interaction.id
            match reply:
                case Form():
                    place = interaction.place
                    self.state.commit(OpenForm(person.id, interaction.id, place.channel, reply, thread=place.thread, replaces=note))
                case FormErrors():
                    if form is not None and answered:
                        self.state.commit(replace(form, errors=dict(reply.errors), waiting=False))
                case Private():
                    self._note(interaction, reply.message, note or (form.replaces if form and answered else None), close=answered)
                case Nothing():
                    self.state.commit(drop=[(OpenForm, person.id, None)] if answered else [])

    def schedule(self, event: Upcoming) -> None:
        """Put an event into the calendar, in place of an earlier one of its key."""
        with self.faults.request():
            self.channel(event.channel)
            self.state.commit(event)

    def cancel(self, key: str) -> None:
        """Take an event out of the calendar."""
        with self.faults.request():
            self.state.commit(drop=[(Upcoming, key, None)])

    def pressed_on(self, interaction: str, note: str) -> None:
        """A button under a private note was pressed: what is told in return takes the note's place."""
        self._pressed_on[interaction] = note

    def _own(self, id: str) -> Entry:
        entry = self.entry(id)
        if not entry.by_bot:
            raise NotPermitted(ROOM, "copbot can only change its own messages", "ask the person who wrote it")
        return entry

    def _note(self, interaction: Interaction, message: Message, replaces: str | None, *, close: bool) -> None:
        place = interaction.place
        told = Told(
            replaces if replaces in self.state.told else f"t{self.state.number('t')}",
            interaction.person.id,
            place.channel,
            self.clock.now(),
            message.text,
            place.thread,
            message.buttons,
            _files(message.files),
        )
        self.state.commit(told, drop=[(OpenForm, told.person, None)] if close else [])


def part_key(first: Entry, number: int) -> str:
    """The key of a later part of a message that may have been one part when it was posted."""
    return f"{first.base}.{number}"


def tombstone(entry: Entry, at: datetime) -> Entry:
    """What stays of a removed message: its place and key, nothing that was in it."""
    return replace(entry, text="", title="", buttons=(), files=(), reactions=(), pinned=False, removed_at=at)


def with_reaction(entry: Entry, emoji: str, who: str, *, on: bool) -> Entry:
    """The message with somebody's reaction put on or taken off."""
    by = {reaction.emoji: reaction.by for reaction in entry.reactions}
    others = tuple(one for one in by.get(emoji, ()) if one != who)
    if not on:
        by[emoji] = others
    elif who not in by.get(emoji, ()):
        by[emoji] = (*others, who)
    return replace(entry, reactions=tuple(Reaction(one, people) for one, people in by.items() if people))


def _files(files: Sequence[File]) -> tuple[Attachment, ...]:
    return tuple(Attachment(file.name, file.media_type, file.content, file.description) for file in files)
