"""The lobby of a forum: the one post in which copbot says what concerns all of it. A forum takes no messages but in posts.

To the core the lobby is the channel: ``Place("discord", forum)``.
"""

from contextlib import suppress

from copbot.errors import Refused
from copbot.kit.ring import Begun
from copbot.ports.clock import Clock
from copbot.ports.keeping import Keeping
from copbot_discord.finding import Look, looks_of
from copbot_discord.once import Once
from copbot_discord.rendering import render
from copbot_discord.sending import Call, InTime
from copbot_discord.threads import Threads
from copbot_discord.where import Where
from copbot_discord.wording import LOBBY, LOBBY_NAME

KEY = "lobby"


class Lobbies:
    """Each forum's lobby: kept, else looked for, else made."""

    def __init__(self, keeping: Keeping, once: Once, look: Look, threads: Threads, where: Where, clock: Clock) -> None:
        self._keeping = keeping
        self._once = once
        self._look = look
        self._threads = threads
        self._where = where
        self._clock = clock

    async def kept(self, forum: str) -> str | None:
        """The thread that is known to be a forum's lobby; ``Where`` knows it from now on."""
        kept = await self._keeping.get(_name(forum))
        return self._told(forum, kept.decode()) if kept else None

    async def of(self, forum: str) -> str:
        """The same; it is made if it is not there."""
        return await self.kept(forum) or await self._take(forum, await self._look.named(forum, LOBBY_NAME) or await self._made(forum))

    async def lost(self, forum: str) -> None:
        """Somebody deleted it."""
        if thread := await self.kept(forum):
            self._where.forget(thread)
            await self._once.forget(_name(forum), thread)
        await self._keeping.forget(_name(forum))

    async def _made(self, forum: str) -> str:
        rendered = render(LOBBY)
        message = Call("POST", "", json=rendered.fields, needs=("SEND_MESSAGES",))
        begun = Begun(KEY, 1, 1, self._clock.now(), opens=True, title=LOBBY_NAME, looks=looks_of(rendered.content))

        async def ask(in_time: InTime) -> str:
            return await self._threads.post(forum, LOBBY_NAME, message, in_time)

        async def find(_: Begun) -> str | None:
            return await self._look.named(forum, LOBBY_NAME)

        thread = await self._once.do(_name(forum), begun, ask, find, nonce=False)
        with suppress(Refused):  # only a moderator may
            await self._threads.pin(thread)
        return thread

    async def _take(self, forum: str, thread: str) -> str:
        await self._keeping.put(_name(forum), thread.encode())
        return self._told(forum, thread)

    def _told(self, forum: str, thread: str) -> str:
        self._where.lobby(forum, thread)
        return thread


def _name(forum: str) -> str:
    return f"lobby:{forum}"
