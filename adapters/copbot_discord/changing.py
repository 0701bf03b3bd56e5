"""Changing what stands there: all of it may be done again.

What Discord documents and this rests on (https://docs.discord.com/developers/resources/message): an edit leaves alone what it does not
name, such as files; in an archived thread nothing can be changed (50083); deleting what is not there is 10008.
"""

from collections.abc import Collection
from itertools import zip_longest

from copbot.domain.message import Message
from copbot.domain.place import Posted
from copbot.kit.ring import Begun, Shape, Shapes
from copbot.ports.clock import Clock
from copbot_discord.account import Account
from copbot_discord.kept import Kept
from copbot_discord.places import Places, Target
from copbot_discord.posting import REMOVED, Posting
from copbot_discord.rendering import LIMITS, parts_of, render
from copbot_discord.sending import Call
from copbot_discord.threads import Threads
from copbot_discord.web import Web
from copbot_discord.wording import with_answer

ARCHIVED = 50083
MESSAGE = "/channels/{channel_id}/messages/{message_id}"


class Changing:
    """Edits and deletes copbot's posts, all parts of them, reacts to anybody's and pins them."""

    def __init__(
        self,
        web: Web,
        account: Account,
        posting: Posting,
        shapes: Shapes,
        kept: Kept,
        places: Places,
        threads: Threads,
        clock: Clock,
    ) -> None:
        self._web = web
        self._account = account
        self._posting = posting
        self._shapes = shapes
        self._kept = kept
        self._places = places
        self._threads = threads
        self._clock = clock

    async def edit(self, posted: Posted, message: Message) -> None:
        """Replace a message: what no longer fits into its posts is posted behind them, surplus ones are deleted. Its files stay.

        Raises Gone if one of its posts has been deleted.
        """
        first, rest = await self._stands(posted)
        shape = await self._shapes.of(rest.ring, posted.message)
        parts, standing = parts_of(await self._with_answer(posted, message)), (posted.message, *shape.more)
        for number, (part, id) in enumerate(zip_longest(parts, standing), 1):
            channel = first if number == 1 else rest.channel
            if part is None:
                await self._delete(channel, id)
            elif id is None:
                begun = Begun(f"{posted.message}/{shape.turn}", number, len(parts), self._clock.now(), posted.place.thread)
                await self._posting.part(rest, begun, part, of=posted.message)
            else:
                await self._update(channel, id, part)
        if len(parts) < len(standing):
            await self._shapes.put(rest.ring, posted.message, Shape(more=shape.more[: len(parts) - 1], turn=shape.turn + 1))

    async def remove(self, posted: Posted) -> None:
        """Delete a message with its parts. Its key stays used."""
        first, rest = await self._stands(posted)
        shape = await self._shapes.of(rest.ring, posted.message)
        for id in shape.more:
            await self._delete(rest.channel, id)
        await self._delete(first, posted.message)
        await self._shapes.put(rest.ring, posted.message, Shape())

    async def react(self, posted: Posted, emoji: str) -> None:
        """Put copbot's reaction on a message."""
        channel = await self._places.standing(posted)
        ids = {"channel_id": channel, "message_id": posted.message, "emoji": emoji}
        await self._changed(Call("PUT", f"{MESSAGE}/reactions/{{emoji}}/@me", ids, needs=("ADD_REACTIONS", "READ_MESSAGE_HISTORY")))

    async def pin(self, posted: Posted) -> None:
        """Pin a message to its channel or thread."""
        ids = {"channel_id": await self._places.standing(posted), "message_id": posted.message}
        await self._changed(Call("PUT", "/channels/{channel_id}/messages/pins/{message_id}", ids, needs=("PIN_MESSAGES",)))

    async def _update(self, channel: str, id: str, message: Message) -> None:
        rendered = render(message)
        await self._kept.keep(rendered.kept)
        await self._changed(Call("PATCH", MESSAGE, {"channel_id": channel, "message_id": id}, rendered.fields, needs=("VIEW_CHANNEL",)))

    async def _delete(self, channel: str, id: str) -> None:
        await self._changed(Call("DELETE", MESSAGE, {"channel_id": channel, "message_id": id}, needs=("VIEW_CHANNEL",)), fine={REMOVED})

    async def _changed(self, call: Call, *, fine: Collection[int] = ()) -> None:
        answer = await self._web.change(call, fine={ARCHIVED, *fine})
        if answer is not None and answer.get("code") == ARCHIVED:
            await self._threads.reopen(call.channel)
            await self._web.change(call, fine=fine)

    async def _stands(self, posted: Posted) -> tuple[str, Target]:
        """The channel of a message's first post, and where the others are: in its thread, if it has one."""
        place, channel = posted.place, await self._places.standing(posted)
        return channel, Target(place.thread or channel, place.thread or place.channel)

    async def _with_answer(self, posted: Posted, message: Message) -> Message:
        """A question keeps its button for answers."""
        reads = posted.place.thread != posted.message or (await self._account.known()).me.reads
        return message if reads else with_answer(message, LIMITS.buttons)
