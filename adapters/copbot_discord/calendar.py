"""Chats among a server's scheduled events, one event each.

What Discord documents and this rests on (https://docs.discord.com/developers/resources/guild-scheduled-event, 4-platforms.md B4): an event
elsewhere than in a voice channel (type 3) has a place in words and an end; it begins by itself at its start; a server has at most 100.
Events take no nonce: one is known by the last line of its description, and looked for before it is made.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from copbot.domain.place import Place
from copbot.errors import Refused
from copbot.kit.markdown import plain
from copbot.kit.phrases import cut
from copbot.kit.ring import Begun
from copbot.ports.clock import Clock
from copbot_discord.account import Account
from copbot_discord.names import DISCORD, instant_of
from copbot_discord.once import Once
from copbot_discord.sending import Call, InTime
from copbot_discord.threads import Kinds
from copbot_discord.web import Answer, Web

GUILD_ONLY, EXTERNAL = 2, 3
"""The one privacy level there is, and the type of an event elsewhere."""

ACTIVE = 2
UNKNOWN_EVENT = 10070
TITLE_MOST, ABOUT_MOST = 100, 1000
MARK = "copbot:"
UNTITLED = "Chat"
TIMES = ("scheduled_start_time", "scheduled_end_time")

EVENTS = "/guilds/{guild_id}/scheduled-events"
EVENT = f"{EVENTS}/{{event_id}}"
NEEDS = ("CREATE_EVENTS",)


class DiscordCalendar:
    """The scheduled events of the place's server."""

    def __init__(self, web: Web, account: Account, kinds: Kinds, once: Once, clock: Clock) -> None:
        self._web = web
        self._account = account
        self._kinds = kinds
        self._once = once
        self._clock = clock

    async def schedule(self, place: Place, title: str, starts: datetime, ends: datetime, *, key: str, about: str = "") -> None:
        """Create or move the event of this key. What has begun already gets no new one, and one that is there keeps its start.

        Raises Refused in private messages, Unclear if it may have been made.
        """
        guild, now = await self._guild(place), self._clock.now()
        body = event_of(place, guild, title, starts, ends, key=key, about=about)
        event = await self._found(guild, key)
        if event is not None:
            if changed := changes(event, body, begun=starts <= now):
                ids = {"guild_id": guild, "event_id": str(event["id"])}
                await self._web.change(Call("PATCH", EVENT, ids, changed, needs=NEEDS))
        elif starts > now:
            await self._make(guild, key, body)

    async def cancel(self, place: Place, *, key: str) -> None:
        """Delete the event of this key, if it is there."""
        guild = await self._guild(place)
        if event := await self._found(guild, key):
            call = Call("DELETE", EVENT, {"guild_id": guild, "event_id": str(event["id"])}, needs=NEEDS)
            await self._web.change(call, fine={UNKNOWN_EVENT})

    async def _make(self, guild: str, key: str, body: dict[str, Any]) -> None:
        async def ask(in_time: InTime) -> str:
            return str(
                (await self._web.post(Call("POST", EVENTS, {"guild_id": guild}, body, needs=NEEDS), once=True, in_time=in_time))["id"]
            )

        async def find(_: Begun) -> str | None:
            found = await self._found(guild, key)
            return str(found["id"]) if found else None

        ring = f"events:{guild}"
        id = await self._once.do(ring, Begun(key, 1, 1, self._clock.now()), ask, find, nonce=False)
        await self._once.forget(ring, id)  # from now on Discord's list says whether it is there: somebody may delete it

    async def _found(self, guild: str, key: str) -> Answer | None:
        user, mark = (await self._account.known()).me.user, mark_of(key)
        events = await self._web.read(Call("GET", EVENTS, {"guild_id": guild}, needs=("VIEW_CHANNEL",)))
        mine = (event for event in events if event.get("creator_id") == user)
        return next((event for event in mine if (event.get("description") or "").endswith(mark)), None)

    async def _guild(self, place: Place) -> str:
        guild = (await self._kinds.of(place.channel)).get("guild_id")
        if guild is None:
            raise Refused(DISCORD, "private messages have no calendar", "Hold the chat in a channel of a server.")
        return str(guild)


def mark_of(key: str) -> str:
    """The last line of a description, by which an event is known."""
    return f"{MARK}{blake2b(key.encode(), digest_size=8).hexdigest()}"


def event_of(place: Place, guild: str, title: str, starts: datetime, ends: datetime, *, key: str, about: str) -> dict[str, Any]:
    """An event as Discord wants it. It is wherever its channel is."""
    mark = mark_of(key)
    described = cut(plain(about), ABOUT_MOST - len(mark) - 2)
    return {
        "name": cut(" ".join(title.split()), TITLE_MOST) or UNTITLED,
        "description": f"{described}\n\n{mark}".strip(),
        "scheduled_start_time": _time(starts),
        "scheduled_end_time": _time(ends),
        "privacy_level": GUILD_ONLY,
        "entity_type": EXTERNAL,
        "entity_metadata": {"location": f"https://discord.com/channels/{guild}/{place.channel}"},
    }


def changes(event: Mapping[str, Any], body: Mapping[str, Any], *, begun: bool) -> dict[str, Any]:
    """What is different in an event that is there. The start of one that has begun cannot be moved any more."""
    times = {name: _time(instant_of(event[name])) for name in TIMES if event.get(name)}
    now = {**event, **times, "entity_metadata": {"location": (event.get("entity_metadata") or {}).get("location")}}
    fixed = {TIMES[0]} if begun or event.get("status") == ACTIVE else set()
    return {name: value for name, value in body.items() if name not in fixed and now.get(name) != value}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
