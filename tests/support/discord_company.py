"""People on the loopback Discord who go on talking while the wire fails."""

from collections.abc import Awaitable, Callable
from random import Random

from discord_bots import ADA, BEN
from discord_loopback.model import STARTER, Message
from discord_loopback.world import BOT_USER
from discord_rig import DiscordRig

from copbot.domain.place import Place


class Company:
    """Ada and Ben in a channel and in one thread of it; ``act`` lets one of them do something, or the wire fail.

    ``losing``: sessions get lost, too, so that what happens meanwhile is told to nobody.
    """

    def __init__(self, rig: DiscordRig, thread: Place, random: Random, *, losing: bool) -> None:
        self._rig = rig
        self._people = rig.discord.people
        self._gateway = rig.discord.gateway
        self._places = (rig.channel, thread, thread)
        self._random = random
        people = (self._say, self._edit, self._delete, self._react, self._clear, self._preview)
        resumed = (self._cut, self._move, self._hush)
        lost = (self._forget, self._invalidate, self._deafen) if losing else ()
        self._acts: list[Callable[[], Awaitable[None] | None]] = [*people * 4, *[self._say] * 4, *resumed, *lost]

    async def act(self) -> None:
        """One act of somebody's."""
        doing = self._random.choice(self._acts)()
        if doing is not None:
            await doing

    @property
    def standing(self) -> dict[str, str]:
        """What people read of each other."""
        return {one.id: one.content for one in self._messages()}

    @property
    def reacted(self) -> set[tuple[str, str]]:
        """Who has a reaction on what."""
        return {(one.id, who) for one in self._messages() for by in one.reactions.values() for who in by}

    def _messages(self) -> list[Message]:
        world = self._rig.discord.world
        shown = [one for place in self._places[:2] for one in world.channel(self._rig.at(place)).messages.values()]
        return [one for one in shown if one.author != BOT_USER and one.type != STARTER]

    def _of_ada(self) -> Message | None:
        mine = [one for one in self._messages() if one.author == ADA]
        return self._random.choice(mine) if mine else None

    def _say(self) -> None:
        where = self._rig.at(self._random.choice(self._places))
        self._people.say(self._random.choice((ADA, BEN)), where, f"words {self._random.randrange(1000)}")

    def _edit(self) -> None:
        if mine := self._of_ada():
            self._people.edit(ADA, mine.channel, mine.id, f"changed {self._random.randrange(1000)}")

    def _delete(self) -> None:
        if mine := self._of_ada():
            self._people.delete(ADA, mine.channel, mine.id)

    def _clear(self) -> None:
        """A moderator deletes a few at once."""
        there = [one for one in self._messages() if one.channel == self._rig.at(self._rig.channel)]
        if len(there) > 6:
            self._people.clear(there[0].channel, *(one.id for one in self._random.sample(there, 2)))

    def _preview(self) -> None:
        """An update that nobody made."""
        if mine := self._of_ada():
            self._people.preview(mine.channel, mine.id)

    def _react(self) -> None:
        if mine := self._of_ada():
            self._people.react(BEN, mine.channel, mine.id, "👍", on=self._random.random() < 0.6)

    async def _cut(self) -> None:
        await self._interrupted(self._gateway.cut, lambda: self._gateway.resumed)

    async def _move(self) -> None:
        """Discord asks to come again."""
        await self._gateway.reconnect()
        await self._interrupted(lambda: None, lambda: self._gateway.resumed)

    async def _forget(self) -> None:
        """The connection breaks, and the session is too old when it comes again."""
        await self._interrupted(self._cut_and_forget, lambda: self._gateway.identified)

    async def _invalidate(self) -> None:
        await self._gateway.invalidate()
        await self._interrupted(lambda: None, lambda: self._gateway.identified)

    def _cut_and_forget(self) -> None:
        self._gateway.cut()
        self._gateway.forget()

    async def _interrupted(self, interrupt: Callable[[], None], count: Callable[[], int]) -> None:
        """People go on meanwhile; the bot comes again, and has what it was told since."""
        self._gateway.speak()
        before = count()
        interrupt()
        for act in (self._say, self._edit, self._react, self._say, self._delete):
            act()
        await self._rig.discord.until(lambda: count() > before)
        await self._gateway.flush()

    def _hush(self) -> None:
        """For a while nothing is told; then all of it."""
        if self._gateway.silent:
            self._gateway.speak()
        else:
            self._gateway.silent = True

    def _deafen(self) -> None:
        """The database is not there for a while."""
        self._rig.ears.deaf = not self._rig.ears.deaf
