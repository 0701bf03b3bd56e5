"""Finding copbot's own posts again: by the mark in their buttons, by their nonce, else by what they say.

What Discord documents and this rests on (4-platforms.md B1, B3): copbot sees its own messages whatever its intents are, with their
components. Whether the history shows a message's nonce is not documented; where it does not, and there are no buttons, a post is
recognised by its words and by not being known as another one.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from hashlib import blake2b

from copbot.errors import Gone, Unclear
from copbot.kit.ring import Begun, Ring
from copbot_discord.account import Account
from copbot_discord.components import marks_in
from copbot_discord.names import DISCORD, instant, snowflake_of
from copbot_discord.reading import Page, Reading, Shown
from copbot_discord.rendering import title_of
from copbot_discord.threads import Threads

MOST_PAGES = 10
"""A thousand messages are looked through for one post."""

LATEST_PAGES = 3
"""How far back a message is looked for of which nothing is kept."""

MOST_PARTS = 20
"""Parts of such a message that are looked for."""

SKEW = timedelta(hours=1)
"""Discord's clock and copbot's are taken to agree at least this well."""

OVERLAP = timedelta(minutes=2)
"""What was begun earlier may have been posted a little later."""

MARK_BYTES = 12


def mark_of(key: str, part: int = 1) -> str:
    """A post's nonce, and the mark in its buttons: 24 of the 25 characters that Discord takes."""
    return blake2b(f"{part}/{key}".encode(), digest_size=MARK_BYTES).hexdigest()


def looks_of(content: str) -> str:
    """A hash of what a post says, as Discord keeps it: without white space at its ends."""
    return blake2b(content.strip().encode(), digest_size=MARK_BYTES).hexdigest()


class Look:
    """Looks through what stands in Discord."""

    def __init__(self, reading: Reading, account: Account, threads: Threads, ring: Ring) -> None:
        self._reading = reading
        self._account = account
        self._threads = threads
        self._ring = ring

    async def message(self, ring: str, channel: str, begun: Begun) -> str | None:
        """The id of what was begun in a channel or thread; None if it does not stand there. Raises Unclear, and PlatformError."""
        others, more = await self._ring.posted(ring), False
        async for page in self._own(self._reading.since(channel, await self._oldest(ring, begun), most=MOST_PAGES)):
            for shown in page.messages:
                if shown["id"] not in others and is_the(begun, shown):
                    return str(shown["id"])
            more = page.more
        if more:
            raise Unclear(DISCORD, "too much was said in the channel since then to be sure that it does not stand there")
        return None

    async def forum_post(self, ring: str, forum: str, begun: Begun) -> str | None:
        """The id of a post that was begun in a forum; None if it does not stand there."""
        oldest, others = int(await self._oldest(ring, begun)), await self._ring.posted(ring)
        async for thread in self._threads.of(forum, (await self._account.known()).me.user):
            if int(thread["id"]) < oldest or thread["id"] in others or thread["name"] != title_of(begun.title):
                continue
            if await self._begins(thread["id"], begun):
                return str(thread["id"])
        return None

    async def named(self, forum: str, title: str) -> str | None:
        """The oldest post of copbot's own with this title."""
        found = [thread["id"] async for thread in self._threads.of(forum, (await self._account.known()).me.user) if thread["name"] == title]
        return min(found, key=int, default=None)

    async def unknown(self, channel: str, key: str) -> dict[int, str]:
        """By part, the ids of what stands there of a message that is not in the ring: begun before the ring was lost, or long ago."""
        marks = {mark_of(key, part): part for part in range(1, MOST_PARTS + 1)}
        found: dict[int, str] = {}
        async for page in self._own(self._reading.latest(channel, most=LATEST_PAGES)):
            found |= {marks[mark]: shown["id"] for shown in page.messages for mark in _marks(shown) if mark in marks}
            if 1 in found:
                break
        return found

    async def _begins(self, thread: str, begun: Begun) -> bool:
        """Whether a thread of the right title begins with what was begun; one whose beginning was removed is taken for it."""
        try:
            return is_the(begun, await self._reading.one(thread, thread))
        except Gone:
            return True

    async def _own(self, pages: AsyncIterator[Page]) -> AsyncIterator[Page]:
        user = (await self._account.known()).me.user
        async for page in pages:
            yield Page([shown for shown in page.messages if shown["author"]["id"] == user], more=page.more)

    async def _oldest(self, ring: str, begun: Begun) -> str:
        earlier = await self._ring.before(ring, begun)
        by_our_clock = begun.at - SKEW
        return snowflake_of(max(instant(earlier) - OVERLAP, by_our_clock) if earlier else by_our_clock)


def is_the(begun: Begun, shown: Shown) -> bool:
    """Whether a message of copbot's is this post. Marks say it for sure; words only where there are none."""
    marks = set(_marks(shown))
    return mark_of(begun.key, begun.part) in marks if marks else looks_of(shown["content"]) == begun.looks


def _marks(shown: Shown) -> Iterator[str]:
    yield from marks_in(shown.get("components") or ())
    if shown.get("nonce") is not None:
        yield str(shown["nonce"])
