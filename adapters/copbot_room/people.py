"""What people do in the room: for its page, for simulated members, scripts and tests.

Every method returns after the bot has taken what happened; at once if no bot is connected. They raise NotAllowed for what a person may
not do and Gone for what is not there.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from copbot.domain.heard import Commanded, Edited, Heard, Pressed, Reacted, Removed, Said, Submitted
from copbot.domain.message import Button
from copbot.domain.place import Person, Place
from copbot.errors import Gone, NotAllowed
from copbot_room.model import BOT, ROOM, Channel, Entry, OpenForm, Persona, Told
from copbot_room.server import RoomServer, tombstone, with_reaction

COMMAND = re.compile(r"/(\S*)\s*(.*)", re.DOTALL)


class People:
    """The room from the side of those who are in it."""

    def __init__(self, server: RoomServer) -> None:
        self.server = server

    async def compose(self, person_id: str, channel: str, text: str, thread: str | None = None, replies_to: str | None = None) -> None:
        """What the composer does: say it, or run it if it is a command. ``/x`` that is none gets a note from the room."""
        found = COMMAND.fullmatch(text.strip())
        if found is None:
            await self.say(person_id, channel, text, thread, replies_to)
        elif found[1].casefold() == "cop":
            await self.command(person_id, channel, text, thread)
        else:
            note = f"There is no command `/{found[1]}` here; copbot's begin with `/cop`, such as `/cop help`."
            self._note(person_id, channel, thread, note)

    async def say(self, person_id: str, channel: str, text: str, thread: str | None = None, replies_to: str | None = None) -> str:
        """Post a message; gives its id. ``replies_to`` is the message that it answers explicitly."""
        who = self._who(person_id, channel)
        if replies_to is not None:
            self.server.entry(replies_to)
        root = self.server.root(channel, thread)
        at, id = self.server.clock.now(), f"m{self.server.state.number('m')}"
        entry = Entry(id, channel, who.id, text.strip(), at, thread=root, replies_to=replies_to)
        said = Said(at, entry.place, who.person, id, entry.text, self._mentions(entry.text), replies_to, name=who.name)
        await self._commit(entry, heard=said)
        return id

    async def edit(self, person_id: str, message_id: str, text: str) -> None:
        """Change a message of one's own."""
        who, old = self._own(person_id, message_id)
        at, new = self.server.clock.now(), text.strip()
        entry = replace(old, text=new, version=old.version + 1, edited_at=at)
        edited = Edited(at, old.place, who.person, old.id, new, entry.version, old.at, self._mentions(new), old.replies_to, name=who.name)
        await self._commit(entry, heard=edited)

    async def remove(self, person_id: str, message_id: str) -> None:
        """Delete a message of one's own."""
        _, old = self._own(person_id, message_id)
        at = self.server.clock.now()
        await self._commit(tombstone(old, at), heard=Removed(at, old.place, old.id))

    async def react(self, person_id: str, message_id: str, emoji: str, *, on: bool = True) -> None:
        """Put one's reaction on a message, or take it off."""
        entry = self.server.entry(message_id)
        who = self._who(person_id, entry.channel)
        heard = Reacted(self.server.clock.now(), entry.place, who.person, entry.id, emoji, on)
        await self._commit(with_reaction(entry, emoji, who.id, on=on), heard=heard)

    async def press(self, person_id: str, message_id: str, action: str, value: str | None = None) -> None:
        """Press a button under a message or a private note. With a value it may be one that has just been edited away."""
        note = self.server.state.told.get(message_id)
        if note is not None and note.person == person_id:
            place, buttons = Place(ROOM, note.channel, note.thread), note.buttons
        else:
            entry = self.server.entry(message_id)
            place, buttons, note = entry.place, entry.buttons, None
        who = self._who(person_id, place.channel)
        value = _button(buttons, action).value if value is None else value
        pressed = Pressed(
            self._interaction(),
            self.server.clock.now(),
            place,
            who.person,
            action,
            value,
            message=None if note else message_id,
            name=who.name,
        )
        if note is not None:
            self.server.pressed_on(pressed.id, note.id)
        await self._commit(heard=pressed)

    async def command(self, person_id: str, channel: str, text: str, thread: str | None = None) -> None:
        """Type a command, such as ``/cop schedule``."""
        who = self._who(person_id, channel)
        words = re.sub(r"^\s*/cop\b", "", text, flags=re.IGNORECASE).strip()
        place = Place(ROOM, channel, self.server.root(channel, thread))
        await self._commit(heard=Commanded(self._interaction(), self.server.clock.now(), place, who.person, words, name=who.name))

    async def use_shortcut(self, person_id: str, message_id: str, text: str) -> None:
        """Use a message shortcut: a command about one message."""
        entry = self.server.entry(message_id)
        who = self._who(person_id, entry.channel)
        author, now = Person(ROOM, entry.author), self.server.clock.now()
        heard = Commanded(self._interaction(), now, entry.place, who.person, text, entry.id, who.name, author, entry.text)
        await self._commit(heard=heard)

    async def submit(self, person_id: str, fields: Mapping[str, str]) -> None:
        """Submit the form that is open in front of this person."""
        form = self.form_of(person_id)
        if form is None:
            raise Gone(ROOM, "no form is open", "open it again")
        who, place = self.server.persona(person_id), Place(ROOM, form.channel, form.thread)
        values = {one.name: fields.get(one.name, "").strip() for one in (*form.form.fields, *form.form.spare)}
        submitted = Submitted(
            self._interaction(), self.server.clock.now(), place, who.person, form.form.name, form.form.value, values, name=who.name
        )
        sent = replace(form, interaction=submitted.id, values=values, errors={}, waiting=True)
        await self._commit(sent, heard=submitted)

    async def close_form(self, person_id: str) -> None:
        """Close the open form without submitting it. The bot does not hear of it."""
        self.server.state.commit(drop=[(OpenForm, person_id, None)])

    async def dismiss(self, person_id: str, told_id: str) -> None:
        """Put a private note away. The bot does not hear of it."""
        note = self.server.state.told.get(told_id)
        if note is not None and note.person == person_id:
            self.server.state.commit(drop=[(Told, told_id, None)])

    def channels(self, person_id: str) -> list[Channel]:
        """The channels that this person sees."""
        host = self.server.persona(person_id).host
        return [channel for channel in self.server.settings.channels if host or not channel.hosts]

    def shown(self, channel: str, thread: str | None = None, to: str | None = None) -> list[Entry]:
        """The messages that stand in a channel, or the whole thread with its first message, as ``to`` sees them (None: everything)."""
        if to is not None and not self._may_see(self.server.persona(to), self.server.channel(channel)):
            return []
        first = [self.server.state.entries[thread]] if thread in self.server.state.entries else []
        return [entry for entry in (*first, *self.server.state.line(channel, thread)) if entry.removed_at is None]

    def private(self, person_id: str) -> list[Entry]:
        """What stands between this person and the bot."""
        return self.shown(f"@{person_id}", to=person_id)

    def told(self, person_id: str) -> list[Told]:
        """The notes that only this person sees and has not dismissed, oldest first."""
        return [note for note in self.server.state.told.values() if note.person == person_id]

    def form_of(self, person_id: str) -> OpenForm | None:
        """The form that is open in front of this person."""
        form = self.server.state.forms.get(person_id)
        return None if form is None or form.waiting else form

    async def _commit(self, *values: Entry | OpenForm, heard: Heard) -> None:
        number = self.server.state.number("event")
        self.server.state.commit(*values, heard=[(number, heard)])
        await self.server.line.deliver(number)

    def _interaction(self) -> str:
        return f"i{self.server.state.number('i')}"

    def _who(self, person_id: str, channel: str) -> Persona:
        who = self.server.persona(person_id)
        if not self._may_see(who, self.server.channel(channel)):
            raise NotAllowed("This is a private place of other people's.")
        return who

    def _may_see(self, who: Persona, channel: Channel) -> bool:
        return channel.id == f"@{who.id}" if channel.id.startswith("@") else who.host or not channel.hosts

    def _own(self, person_id: str, message_id: str) -> tuple[Persona, Entry]:
        entry = self.server.entry(message_id)
        if entry.author != person_id:
            raise NotAllowed("Only the person who wrote a message can change it.")
        return self._who(person_id, entry.channel), entry

    def _mentions(self, text: str) -> tuple[Person, ...]:
        return tuple(Person(ROOM, id) for id in find_mentions(text, self.server.settings.personas))

    def _note(self, person_id: str, channel: str, thread: str | None, text: str) -> None:
        note = Told(f"t{self.server.state.number('t')}", person_id, channel, self.server.clock.now(), text, thread, by_room=True)
        self.server.state.commit(note)


def mention_pattern(personas: Sequence[Persona]) -> re.Pattern[str]:
    """Matches ``@name`` and ``@id`` of anybody here, the longest first, whatever the case."""
    names = sorted({BOT, *(p.id for p in personas), *(p.name for p in personas)}, key=len, reverse=True)
    return re.compile(r"(?<![\w@])@(" + "|".join(map(re.escape, names)) + r")(?!\w)", re.IGNORECASE)


def find_mentions(text: str, personas: Sequence[Persona]) -> list[str]:
    """The ids of those whom a text mentions, each once, in the order of the text."""
    ids = {name.casefold(): persona.id for persona in personas for name in (persona.name, persona.id)} | {BOT: BOT}
    return list(dict.fromkeys(ids[found[1].casefold()] for found in mention_pattern(personas).finditer(text)))


def _button(buttons: Sequence[Button], action: str) -> Button:
    for button in buttons:
        if button.action == action:
            return button
    raise Gone(ROOM, f"there is no button {action!r} any more", "look at the message again")
