"""Reading what stands in a channel or thread, page by page.

What Discord documents and this rests on: a page has at most 100 messages, newest first; with ``after`` it has those that follow next
(https://docs.discord.com/developers/resources/message#get-channel-messages). Without Read Message History there are none, and no error.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copbot_discord.sending import Call
from copbot_discord.web import Web

PAGE = 100

Shown = Mapping[str, Any]
"""A message as Discord shows it."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some messages, oldest first, and whether there may be more of them."""

    messages: Sequence[Shown]
    more: bool


class Reading:
    """Pages of a channel or thread."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def since(self, channel: str, after: str, *, most: int) -> AsyncIterator[Page]:
        """At most ``most`` pages of what was posted after this id, the oldest first. Raises PlatformError."""
        for _ in range(most):
            page = await self._page(channel, {"after": after})
            yield page
            if not page.more:
                return
            after = str(page.messages[-1]["id"])

    async def latest(self, channel: str, *, most: int) -> AsyncIterator[Page]:
        """At most ``most`` pages of what was posted last, the newest page first. Raises PlatformError."""
        before: dict[str, str] = {}
        for _ in range(most):
            page = await self._page(channel, before)
            yield page
            if not page.more:
                return
            before = {"before": str(page.messages[0]["id"])}

    async def one(self, channel: str, id: str) -> Shown:
        """One message. Raises Gone if it is not there, and PlatformError."""
        path = "/channels/{channel_id}/messages/{message_id}"
        shown: Shown = await self._web.read(Call("GET", path, {"channel_id": channel, "message_id": id}, needs=("READ_MESSAGE_HISTORY",)))
        return shown

    async def _page(self, channel: str, bound: Mapping[str, str]) -> Page:
        query = {"limit": str(PAGE), **bound}
        call = Call("GET", "/channels/{channel_id}/messages", {"channel_id": channel}, query=query, needs=("READ_MESSAGE_HISTORY",))
        shown: list[Shown] = await self._web.read(call)
        return Page(sorted(shown, key=lambda message: int(message["id"])), more=len(shown) == PAGE)
