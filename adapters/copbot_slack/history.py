"""What was said while nobody listened.

What Slack documents and this rests on (4-platforms.md A3, A4): history shows messages as they are now, by when they were first posted.
What was deleted is not shown, but for the first message of a thread that has replies. A channel's history holds broadcast replies, too;
they are told as standing in their thread. An app with ``low`` limits gets 15 messages once a minute, and no more of them in time.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from copbot.domain.heard import Happening
from copbot.domain.place import Place
from copbot.errors import TryLater
from copbot_slack.account import Account
from copbot_slack.hearing import from_history
from copbot_slack.names import SLACK, ts_of
from copbot_slack.reading import Reading, Shown

MOST_PAGES = 10
"""2,000 messages, or 15 where Slack shows no more."""

MOST_SECONDS = 50.0
"""Less than the minute that copbot waits for it."""

LATER = timedelta(minutes=1)


class SlackHistory:
    """Messages of one place, page by page. What cannot be had in time is a gap: it is refused as a whole, so that the gap is stated."""

    tells_removals = False

    def __init__(self, reading: Reading, account: Account) -> None:
        self._reading = reading
        self._account = account

    async def since(self, place: Place, moment: datetime) -> Sequence[Happening]:
        """What people said since the moment and what has become of it, oldest first. Raises TryLater if there is more than can be read."""
        me = (await self._account.known()).me
        happened = [from_history(shown, place, me) for shown in await self._shown(place, moment)]
        return sorted((one for one in happened if one is not None), key=lambda one: one.at)

    async def _shown(self, place: Place, moment: datetime) -> list[Shown]:
        shown: list[Shown] = []
        more = False
        try:
            async with asyncio.timeout(MOST_SECONDS):
                async for page in self._reading.pages(place, ts_of(moment), most=MOST_PAGES):
                    shown += page.messages
                    more = page.more
        except TimeoutError:
            more = True
        if more:
            raise TryLater(SLACK, "more was said than Slack lets copbot read at once", LATER)
        return shown
