"""Kinds, and threads in them.

What Discord documents and this rests on (4-platforms.md B3, B4; https://docs.discord.com/developers/topics/threads): a thread that hangs
on a message has that message's id, so that a second one is refused with 160004; a forum takes nothing but threads, each with its first
message, whose id is the thread's; sending to an archived thread opens it again.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import replace
from typing import Any

from copbot_discord.rendering import title_of
from copbot_discord.sending import Call, InTime
from copbot_discord.web import Answer, Web
from copbot_discord.where import FORUMS, Where

Shown = Mapping[str, Any]
"""A channel or thread as Discord shows it."""

REQUIRES_TAG = 1 << 4
PINNED = 1 << 1
"""Flags of a forum, and of a post in it."""

MADE_ALREADY = 160004
TAGS_CHANGED = frozenset({10087, 40066, 40067})
"""A tag is gone, or one is required."""

OPEN_FOR = 10080
"""Minutes of silence after which Discord archives a thread: a week, the longest there is."""

QUESTION_TAGS = ("question", "questions")
ARCHIVED_PAGES = 3


class Kinds:
    """What Discord says of channels, asked once each: of what kind they are, and in which server, does not change."""

    def __init__(self, web: Web, where: Where) -> None:
        self._web = web
        self._where = where
        self._known: dict[str, Shown] = {}

    async def of(self, id: str) -> Shown:
        """A channel. Raises Gone if there is none, NotPermitted if copbot may not see it."""
        return self._known.get(id) or await self.fresh(id)

    async def fresh(self, id: str) -> Shown:
        """The same, asked anew."""
        self._known.pop(id, None)
        shown: Shown = await self._web.read(Call("GET", "/channels/{channel_id}", {"channel_id": id}, needs=("VIEW_CHANNEL",)))
        self.learn(shown)
        return shown

    def learn(self, shown: Shown) -> None:
        """What Discord said of a channel."""
        self._where.learn(shown)
        self._known[shown["id"]] = shown

    async def is_forum(self, id: str) -> bool:
        """Whether a channel takes nothing but threads."""
        return (await self.of(id))["type"] in FORUMS


class Threads:
    """Makes threads and forum posts, and looks for those that stand there."""

    def __init__(self, web: Web, kinds: Kinds) -> None:
        self._web = web
        self._kinds = kinds

    async def open(self, channel: str, message: str, title: str) -> None:
        """Let a thread hang on a message, if none does. Idempotent."""
        path, ids = "/channels/{channel_id}/messages/{message_id}/threads", {"channel_id": channel, "message_id": message}
        body = {"name": title_of(title), "auto_archive_duration": OPEN_FOR}
        await self._web.change(Call("POST", path, ids, body, needs=("CREATE_PUBLIC_THREADS",)), fine={MADE_ALREADY})

    async def post(self, forum: str, title: str, message: Call, in_time: InTime) -> str:
        """A forum's new post with its first message, out of a call that would post that; the id of both. Not idempotent."""
        body = {"name": title_of(title), "auto_archive_duration": OPEN_FOR, "message": message.json}
        call = Call("POST", "/channels/{channel_id}/threads", {"channel_id": forum}, body, files=message.files, needs=message.needs)
        answer = await self._tagged(call, await self._kinds.of(forum), in_time, fine=TAGS_CHANGED)
        if "id" not in answer:
            answer = await self._tagged(call, await self._kinds.fresh(forum), in_time)
        return str(answer["id"])

    async def _tagged(self, call: Call, forum: Shown, in_time: InTime, *, fine: Collection[int] = ()) -> Answer:
        tagged = replace(call, json=call.json | {"applied_tags": tags_of(forum)})
        return await self._web.post(tagged, once=True, in_time=in_time, fine=fine)

    async def reopen(self, thread: str) -> None:
        """Open an archived thread again."""
        call = Call("PATCH", "/channels/{channel_id}", {"channel_id": thread}, {"archived": False}, needs=("SEND_MESSAGES_IN_THREADS",))
        await self._web.change(call)

    async def pin(self, thread: str) -> None:
        """Put a post on top of its forum. Raises NotPermitted without Manage Threads."""
        await self._web.change(
            Call("PATCH", "/channels/{channel_id}", {"channel_id": thread}, {"flags": PINNED}, needs=("MANAGE_THREADS",))
        )

    async def of(self, forum: str, user: str) -> AsyncIterator[Shown]:
        """The posts that somebody made in a forum: those that are open, then the archived ones, the last archived first."""
        guild = (await self._kinds.of(forum))["guild_id"]
        active = await self._web.read(Call("GET", "/guilds/{guild_id}/threads/active", {"guild_id": guild}))
        for thread in active["threads"]:
            if thread["parent_id"] == forum and thread.get("owner_id") == user:
                yield thread
        query = {"limit": "100"}
        for _ in range(ARCHIVED_PAGES):
            path, ids = "/channels/{channel_id}/threads/archived/public", {"channel_id": forum}
            page = await self._web.read(Call("GET", path, ids, query=query, needs=("READ_MESSAGE_HISTORY",)))
            for thread in page["threads"]:
                if thread.get("owner_id") == user:
                    yield thread
            if not page["has_more"] or not page["threads"]:
                return
            query = {"limit": "100", "before": page["threads"][-1]["thread_metadata"]["archive_timestamp"]}


def tags_of(forum: Shown) -> list[str]:
    """The tags of a new post: that for questions if there is one, else the first where one is required; none that only moderators give."""
    free = [tag for tag in forum.get("available_tags") or () if not tag.get("moderated")]
    ours = [tag["id"] for tag in free if tag["name"].casefold() in QUESTION_TAGS]
    required = int(forum.get("flags") or 0) & REQUIRES_TAG
    return ours[:1] or ([free[0]["id"]] if free and required else [])
