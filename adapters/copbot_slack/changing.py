"""Changing what stands there: all of it may be done again.

What Slack documents and this rests on (4-platforms.md A6, https://docs.slack.dev/reference/methods/chat.update): ``chat.update`` keeps a
message's metadata where none is given; deleting what is not there is ``message_not_found``, reacting twice ``already_reacted``.
"""

from itertools import zip_longest

from copbot.domain.message import Message
from copbot.domain.place import Posted
from copbot.kit.ring import Begun, Ring, Shape, Shapes
from copbot.kit.split import split
from copbot.ports.clock import Clock
from copbot_slack.account import Account
from copbot_slack.emoji import name_of
from copbot_slack.posting import Posting
from copbot_slack.rendering import LIMITS, render
from copbot_slack.web import Web

GONE = frozenset({"message_not_found"})
GONE_FILE = frozenset({"file_not_found", "file_deleted"})


class Changing:
    """Edits and deletes copbot's posts, all parts of them, and reacts to anybody's."""

    def __init__(self, web: Web, account: Account, posting: Posting, ring: Ring, shapes: Shapes, clock: Clock) -> None:
        self._web = web
        self._account = account
        self._posting = posting
        self._ring = ring
        self._shapes = shapes
        self._clock = clock

    async def edit(self, posted: Posted, message: Message) -> None:
        """Replace a message: what no longer fits into its posts is posted behind them, surplus ones are deleted; since it may grow again,
        their keys may be used again. Its files stay.

        Raises Gone if one of its posts has been deleted.
        """
        channel = posted.place.channel
        shape, parts = await self._shapes.of(channel, posted.message), split(message, LIMITS)
        standing = (posted.message, *shape.more)
        for number, (part, ts) in enumerate(zip_longest(parts, standing), 1):
            if part is None:
                await self._delete(channel, ts)
                await self._ring.drop_posted(channel, ts)
            elif ts is None:
                begun = Begun(posted.message, number, len(parts), self._clock.now(), posted.place.thread)
                await self._posting.part(channel, begun, part, of=posted.message)
            else:
                await self._update(channel, ts, part, shape.title if number == 1 else "")
        if len(parts) < len(standing):
            await self._shapes.put(channel, posted.message, Shape(shape.title, shape.more[: len(parts) - 1], shape.files))

    async def remove(self, posted: Posted) -> None:
        """Delete a message with its parts and files. Its key stays used."""
        channel = posted.place.channel
        shape = await self._shapes.of(channel, posted.message)
        for file in shape.files:
            await self._delete_file(file)
        for ts in (*shape.more, posted.message):
            await self._delete(channel, ts)
        await self._shapes.put(channel, posted.message, Shape())

    async def react(self, posted: Posted, emoji: str) -> None:
        """Put copbot's reaction on a message."""
        channel, name = posted.place.channel, name_of(emoji)
        await self._web.change(
            lambda slack: slack.reactions_add(channel=channel, timestamp=posted.message, name=name), channel, fine={"already_reacted"}
        )

    async def _update(self, channel: str, ts: str, message: Message, title: str) -> None:
        rendered = render(message, title, workspace=(await self._account.known()).workspace)
        await self._web.change(
            lambda slack: slack.chat_update(
                channel=channel, ts=ts, text=rendered.text, blocks=rendered.blocks, link_names=False, parse="none"
            ),
            channel,
        )

    async def _delete(self, channel: str, ts: str) -> None:
        await self._web.change(lambda slack: slack.chat_delete(channel=channel, ts=ts), channel, fine=GONE)

    async def _delete_file(self, id: str) -> None:
        await self._web.change(lambda slack: slack.files_delete(file=id), fine=GONE_FILE)
