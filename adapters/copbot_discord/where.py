"""Which channel every channel and thread belongs to, and what they are called: what Discord's messages do not say themselves."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from copbot.domain.place import Place
from copbot_discord.names import DISCORD, place

Payload = Mapping[str, Any]

THREADS = (10, 11, 12)
"""Channel types of announcement, public and private threads (https://docs.discord.com/developers/resources/channel)."""

FORUMS = (15, 16)
"""Channel types of forums, and of media channels, which are forums with large pictures."""

MOST_THREADS = 20_000
"""Threads remembered; of older ones Discord is asked again."""


class Where:
    """What Discord has told of channels so far: in GUILD_CREATE, in CHANNEL_* and THREAD_*, and when asked."""

    def __init__(self, most_threads: int = MOST_THREADS) -> None:
        self._channels: dict[str, Place] = {}
        self._threads: dict[str, Place] = {}
        self._lobbies: dict[str, Place] = {}
        self._unsorted: dict[str, dict[str, Place]] = {}
        self._sorted: set[str] = set()
        self._forums: set[str] = set()
        self._names: dict[str, str] = {}
        self._in_use: dict[str, set[str]] = {}
        self._most_threads = most_threads

    def place(self, id: str) -> Place | None:
        """The place of the channel or thread with this id; a lobby is its forum.

        None if Discord has not told of it, or it is in a forum of which nobody has said which thread is the lobby.
        """
        return self._threads.get(id) or self._channels.get(id)

    def home(self, id: str) -> str:
        """The channel of a thread, whose settings the thread has; of anything else, itself."""
        at = self.place(id)
        return at.channel if at else id

    def unsorted(self, id: str) -> str | None:
        """The forum of this thread, if it waits for the forum to be ``sorted``."""
        return next((forum for forum, threads in self._unsorted.items() if id in threads), None)

    def sorted(self, forum: str) -> None:
        """``lobby`` has been told if the forum has one: where its threads belong is clear from now on."""
        for id, at in self._unsorted.pop(forum, {}).items():
            self._threads.setdefault(id, at)
        self._sorted.add(forum)

    def name(self, id: str) -> str:
        """What a channel or thread is called; its id if nobody knows."""
        return self._names.get(id, id)

    @property
    def names(self) -> Mapping[str, str]:
        """What channels and threads are called, by their ids, as far as somebody knows."""
        return MappingProxyType(self._names)

    def lobby(self, forum: str, thread: str) -> None:
        """From now on this thread is where a forum's other posts are: to copbot it is the forum itself."""
        self._lobbies[thread] = self._threads[thread] = Place(DISCORD, forum)

    def use(self, guild: str, channel: str) -> None:
        """Note that copbot is at work in a channel: who comes to the server or leaves it, comes and goes there."""
        self._in_use.setdefault(guild, set()).add(channel)

    def in_use(self, guild: str) -> Iterable[Place]:
        """The channels of a server in which copbot is at work."""
        return [place(channel) for channel in sorted(self._in_use.get(guild, ()))]

    def learn(self, channel: Payload) -> None:
        """Take over what a channel object says; in interactions it may be a part of one."""
        id, parent = channel["id"], channel.get("parent_id")
        if channel.get("name"):
            self._names[id] = channel["name"]
        if channel.get("type") not in THREADS:
            self._channels[id] = place(id)
            if channel.get("type") in FORUMS:
                self._forums.add(id)
        elif id not in self._lobbies and parent:
            waits = parent in self._forums and parent not in self._sorted
            (self._unsorted.setdefault(parent, {}) if waits else self._threads)[id] = place(parent, id)
            self._drop_the_oldest()

    def learn_server(self, guild: Payload) -> None:
        """Take over the channels and threads of a GUILD_CREATE; of a server that is away it names none."""
        for channel in (*guild.get("channels", ()), *guild.get("threads", ())):
            self.learn(channel)

    def forget(self, id: str) -> None:
        """A channel or thread is there no longer."""
        for known in (self._channels, self._threads, self._lobbies, self._names, *self._unsorted.values()):
            known.pop(id, None)  # type: ignore[attr-defined] # each is a dict by id

    def _drop_the_oldest(self) -> None:
        while len(self._threads) > self._most_threads:
            oldest = next((id for id in self._threads if id not in self._lobbies), None)
            if oldest is None:
                return
            del self._threads[oldest]
            self._names.pop(oldest, None)
