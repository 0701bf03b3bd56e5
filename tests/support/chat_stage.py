"""Where a chat can be played: what people do, in no platform's words; and the room as such a place."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from playhouse import CHANNEL, House

from copbot.store.store import SqlStore
from copbot_room.model import Entry, Told


class Stage(Protocol):
    """People act by their short names and say what they press by its label. Every act returns after all that it leads to."""

    store: SqlStore

    async def until(self, moment: datetime | str) -> None: ...
    async def say(self, who: str, text: str, label: str = "", *, to: str = "", broadcast: bool = False) -> str: ...
    async def edit(self, who: str, message: str, text: str) -> None: ...
    async def delete(self, who: str, message: str) -> None: ...
    async def react(self, who: str, message: str, emoji: str) -> None: ...
    async def command(self, who: str, text: str) -> None: ...
    async def mention(self, who: str, text: str, label: str) -> None: ...
    async def shortcut(self, who: str, message: str, verb: str) -> None: ...
    async def submit(self, who: str, fields: dict[str, str]) -> None: ...
    async def press(self, who: str, label: str) -> None: ...
    async def at_home(self, who: str, label: str) -> None: ...
    def told(self, who: str) -> list[str]: ...
    def files(self, who: str) -> Mapping[str, bytes]: ...
    def called(self, id: str) -> str: ...


class RoomStage:
    """The room. ``replies``: whether people use its way to answer one certain message, which Slack does not have."""

    def __init__(self, house: House, *, replies: bool) -> None:
        self.store = house.store
        self._house = house
        self._people = house.room.people
        self._replies = replies

    async def until(self, moment: datetime | str) -> None:
        await self._house.until(moment)

    async def say(self, who: str, text: str, label: str = "", *, to: str = "", broadcast: bool = False) -> str:
        thread = self._house.thread(label) if label else None
        return await self._people.say(who, CHANNEL, text, thread, to if to and self._replies else None)

    async def edit(self, who: str, message: str, text: str) -> None:
        await self._people.edit(who, message, text)

    async def delete(self, who: str, message: str) -> None:
        await self._people.remove(who, message)

    async def react(self, who: str, message: str, emoji: str) -> None:
        await self._people.react(who, message, emoji)

    async def command(self, who: str, text: str) -> None:
        await self._house.cop(who, text)

    async def mention(self, who: str, text: str, label: str) -> None:
        """In the room a command works in a thread."""
        await self._people.command(who, CHANNEL, f"/cop {text}", self._house.thread(label))
        await self._house.bot.turn()

    async def shortcut(self, who: str, message: str, verb: str) -> None:
        await self._people.use_shortcut(who, message, verb)
        await self._house.bot.turn()

    async def submit(self, who: str, fields: dict[str, str]) -> None:
        form = self._people.form_of(who)
        assert form is not None, f"nothing is in front of {who}"
        suggested = {field.name: field.value for field in form.form.fields}
        await self._people.submit(who, suggested | fields)
        await self._house.bot.turn()

    async def press(self, who: str, label: str) -> None:
        everything = [entry for one in self._people.channels(who) for entry in self._house.everything(one.id)]
        shown = [*everything, *self._private(who)]
        found = [(one, button) for one in sorted(shown, key=lambda one: one.at) for button in one.buttons if button.label == label]
        assert found, f"{who} sees no button {label!r}"
        one, button = found[-1]
        await self._people.press(who, one.id, button.action, button.value)
        await self._house.bot.turn()

    async def at_home(self, who: str, label: str) -> None:
        """The room has no page of the bot's own; the switches that stand there are those of the command."""
        await self.command(who, "privacy")
        await self.press(who, label)

    def told(self, who: str) -> list[str]:
        return [one.text for one in self._private(who)]

    def files(self, who: str) -> Mapping[str, bytes]:
        return {file.name: file.content for one in self._private(who) for file in one.files}

    def called(self, id: str) -> str:
        return id

    def _private(self, who: str) -> list[Entry | Told]:
        return [*self._people.private(who), *self._people.told(who)]
