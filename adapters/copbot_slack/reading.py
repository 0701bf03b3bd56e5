"""Reading what stands in a channel or thread, page by page.

What Slack documents and this rests on (4-platforms.md A3, A4): ``conversations.history`` shows no replies but broadcast ones, newest
first; ``conversations.replies`` shows a thread and its root, oldest first. 200 a page are recommended at 50 calls a minute;
commercially distributed apps outside the Marketplace get 15 once a minute.
"""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from copbot.domain.place import Place
from copbot_slack.web import Answer, Web

PAGE = 200
LOW_PAGE = 15

Shown = Mapping[str, Any]
"""A message as Slack shows it."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some messages, and whether Slack has more of them."""

    messages: Sequence[Shown]
    more: bool


class Reading:
    """Pages of a place. ``low``: one page of 15 a minute is all there is."""

    def __init__(self, web: Web, *, low: bool) -> None:
        self._web = web
        self._low = low

    async def pages(self, place: Place, oldest: str = "", *, most: int, metadata: bool = False) -> AsyncIterator[Page]:
        """At most ``most`` pages of what was posted at ``oldest`` or later: a thread's replies, or a channel's top-level messages.

        Raises PlatformError.
        """
        cursor = ""
        for _ in range(1 if self._low else most):
            answer = await self._page(place, oldest, cursor, metadata=metadata)
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "") if answer.get("has_more") else ""
            yield Page([shown for shown in answer["messages"] if shown["ts"] != place.thread], more=bool(cursor))
            if not cursor:
                return

    async def _page(self, place: Place, oldest: str, cursor: str, *, metadata: bool) -> Answer:
        options: dict[str, Any] = {"limit": LOW_PAGE if self._low else PAGE}
        options |= {"oldest": oldest, "inclusive": True} if oldest else {}
        options |= {"cursor": cursor} if cursor else {}
        options |= {"include_all_metadata": True} if metadata else {}
        return await self._web.read(lambda slack: _asked(slack, place, options), place.channel, patient=not self._low)


def _asked(slack: AsyncWebClient, place: Place, options: Mapping[str, Any]) -> Awaitable[AsyncSlackResponse]:
    if place.thread is None:
        return slack.conversations_history(channel=place.channel, **options)
    return slack.conversations_replies(channel=place.channel, ts=place.thread, **options)
