"""Keyed posting: messages, with a thread of their own if they have a title.

In a text channel a question is a message with a nonce, then a thread on it; in a forum it is a post, with its first message, and there are
no nonces for those (4-platforms.md B3). ``once`` says how neither is lost or doubled.
"""

from dataclasses import dataclass, replace

from copbot.domain.message import Message
from copbot.domain.place import Place, Posted
from copbot.errors import Gone, Refused
from copbot.kit.ring import Begun, Ring, Shapes
from copbot.ports.clock import Clock
from copbot_discord.account import Account
from copbot_discord.files import with_files
from copbot_discord.finding import Look, looks_of, mark_of
from copbot_discord.kept import Kept
from copbot_discord.names import DISCORD, instant, snowflake_of
from copbot_discord.once import Once
from copbot_discord.places import Places, Target
from copbot_discord.rendering import LIMITS, parts_of, render
from copbot_discord.sending import Call, InTime
from copbot_discord.threads import Threads
from copbot_discord.web import Web
from copbot_discord.wording import with_answer

REMOVED = 10008
"""What Discord says where a message with this nonce was posted and has been removed since (4-platforms.md B3)."""

OPENED = 0
"""The part of a message that is the thread on it."""


@dataclass(frozen=True, slots=True)
class Post:
    """One post as it is to be: where, which part of what, with what in it."""

    target: Target
    begun: Begun
    call: Call


class Posting:
    """Posts messages, once each."""

    def __init__(
        self,
        web: Web,
        account: Account,
        ring: Ring,
        shapes: Shapes,
        kept: Kept,
        once: Once,
        look: Look,
        places: Places,
        threads: Threads,
        clock: Clock,
    ) -> None:
        self._web = web
        self._account = account
        self._ring = ring
        self._shapes = shapes
        self._kept = kept
        self._once = once
        self._look = look
        self._places = places
        self._threads = threads
        self._clock = clock

    async def post(self, place: Place, message: Message, *, key: str) -> Posted:
        """Post a message, its parts in order, the files with the last one. Keyed. A lobby that somebody deleted is made anew."""
        try:
            return await self._post(place, message, key)
        except Gone:
            if not await self._places.lobby_lost(place):
                raise
            return await self._post(place, message, key)

    async def open_thread(self, place: Place, title: str, message: Message, *, key: str) -> Posted:
        """Post a message with a thread of its own, in which what does not fit stands. Keyed.

        Where copbot may not read what people write, there is a button to answer with.
        """
        if not (await self._account.known()).me.reads:
            message = with_answer(message, LIMITS.buttons)
        first, *rest = parts_of(message)
        begun = Begun(key, 1, len(rest) + 1, self._clock.now(), opens=True, title=title)
        opens = self._forum_post if await self._places.is_forum(place) else self._root
        id = await opens(place, begun, first)
        await self._rest(Target(id, id), replace(begun, thread=id, opens=False, title=""), rest, of=id)
        return Posted(Place(DISCORD, place.channel, id), id, instant(id))

    async def find(self, place: Place, *, key: str) -> Posted | None:
        """What was posted under this key, with its thread; None while any part of it is missing. Raises Unclear if one may still arrive."""
        ring = place.thread or place.channel
        if 1 not in await self._ring.of(ring, key):
            await self._recover(place, key)
        first = (await self._ring.of(ring, key)).get(1)
        if first is not None and first.id is None:
            await self._settle(place, first)
            first = (await self._ring.of(ring, key)).get(1)
        if first is None or first.id is None or not await self._whole(place, first):
            return None
        return Posted(Place(DISCORD, place.channel, first.id if first.opens else place.thread), first.id, instant(first.id))

    async def part(self, target: Target, begun: Begun, message: Message, *, of: str | None = None) -> str:
        """One post, if it does not stand there yet; its id. ``of`` is the id of its message's first post, if it is another."""
        post = await self._made(target, begun, message)
        mark = mark_of(begun.key, begun.part)

        async def ask(in_time: InTime) -> str:
            call = replace(post.call, json=post.call.json | {"nonce": mark, "enforce_nonce": True})
            answer = await self._web.post(call, once=False, in_time=in_time, fine={REMOVED})
            return str(answer.get("id") or snowflake_of(post.begun.at))

        async def find(begun: Begun) -> str | None:
            return await self._look.message(target.ring, target.channel, begun)

        id = await self._once.do(target.ring, post.begun, ask, find, nonce=True)
        if of is not None:
            await self._shapes.put(target.ring, of, (await self._shapes.of(target.ring, of)).with_part(begun.part, id))
        return id

    async def _post(self, place: Place, message: Message, key: str) -> Posted:
        target = await self._places.target(place)
        first, *rest = parts_of(message)
        begun = Begun(key, 1, len(rest) + 1, self._clock.now(), place.thread)
        id = await self.part(target, begun, first)
        await self._rest(target, begun, rest, of=id)
        return Posted(place, id, instant(id))

    async def _rest(self, target: Target, begun: Begun, rest: list[Message], *, of: str) -> None:
        for number, part in enumerate(rest, 2):
            await self.part(target, replace(begun, part=number), part, of=of)

    async def _root(self, place: Place, begun: Begun, message: Message) -> str:
        """A message with a thread on it. If there may be no thread, there is to be no message either."""
        target = Target(place.channel, place.channel)
        id = await self.part(target, begun, message)
        await self._opened(target.channel, replace(begun, id=id))
        return id

    async def _opened(self, channel: str, root: Begun) -> None:
        """The thread on a message, if it is not there yet."""
        id = root.id or ""
        if OPENED in await self._ring.of(channel, root.key):
            return
        try:
            await self._threads.open(channel, id, root.title)
        except Refused:
            ids = {"channel_id": channel, "message_id": id}
            await self._web.change(Call("DELETE", "/channels/{channel_id}/messages/{message_id}", ids), fine={REMOVED})
            await self._once.forget(channel, id)
            raise
        await self._once.note(channel, replace(root, part=OPENED))

    async def _forum_post(self, place: Place, begun: Begun, message: Message) -> str:
        forum = place.channel
        post = await self._made(Target(forum, forum), begun, message)

        async def ask(in_time: InTime) -> str:
            return await self._threads.post(forum, begun.title, post.call, in_time)

        async def find(begun: Begun) -> str | None:
            return await self._look.forum_post(forum, forum, begun)

        return await self._once.do(forum, post.begun, ask, find, nonce=False)

    async def _made(self, target: Target, begun: Begun, message: Message) -> Post:
        rendered = render(message, mark_of(begun.key, begun.part))
        await self._kept.keep(rendered.kept)
        in_thread = begun.thread or target.channel != target.ring
        needs = ("SEND_MESSAGES_IN_THREADS" if in_thread else "SEND_MESSAGES", *(("ATTACH_FILES",) if message.files else ()))
        ids, body = {"channel_id": target.channel}, with_files(rendered.fields, message.files)
        call = Call("POST", "/channels/{channel_id}/messages", ids, body, files=message.files, needs=needs)
        return Post(target, replace(begun, looks=looks_of(rendered.content)), call)

    async def _settle(self, place: Place, begun: Begun) -> None:
        if begun.opens and await self._places.is_forum(place):
            await self._once.settled(place.channel, begun, lambda it: self._look.forum_post(place.channel, place.channel, it), nonce=False)
            return
        target = await self._places.target(place)
        await self._once.settled(target.ring, begun, lambda it: self._look.message(target.ring, target.channel, it), nonce=True)

    async def _whole(self, place: Place, first: Begun) -> bool:
        """Whether all of a message stands: its later posts, too, which are in its thread if it opens one. Only a thread is made good."""
        if first.opens and not await self._places.is_forum(place):
            await self._opened(place.channel, first)
        rest = await self._ring.of(first.id or "" if first.opens else place.thread or place.channel, first.key)
        return first.parts > 0 and all(part in rest and rest[part].id for part in range(2, first.parts + 1))

    async def _recover(self, place: Place, key: str) -> None:
        """Keep what stands in Discord of a message that is not in the ring. How many parts it has, nobody knows: it is posted again, and
        what stands is left as it is.
        """
        channel = await self._places.read_in(place)
        if channel is not None:
            for part, id in (await self._look.unknown(channel, key)).items():
                await self._once.note(place.thread or place.channel, Begun(key, part, 0, self._clock.now(), place.thread, id))
