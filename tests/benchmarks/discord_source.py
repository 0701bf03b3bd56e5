"""A source of Discord's frames in a process of its own, so that nothing of it counts.

Answers what a bot asks at first, lets it identify, packs what it sends if asked to, and writes its address in a line. Then, for a
line of JSON on standard input, it sends the frames of a file, with at most ``outstanding`` more than the ``more`` that other lines bring.
"""

import asyncio
import json
import sys
import zlib
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from tests.benchmarks.discord_frames import GUILD, named
from tests.benchmarks.talking import CHANNEL, QUESTIONS, thread

ME = {"id": "800000000000000002", "username": "copbot", "discriminator": "0", "avatar": None, "bot": True, "global_name": None, "flags": 0}
READS = 1 << 19
"""The application's flag for the intent to read what people write."""

APPLICATION = {
    **{"id": ME["id"], "name": "copbot", "description": "", "summary": "", "verify_key": "", "icon": None, "team": None, "owner": ME},
    **{"bot": ME, "bot_public": False, "bot_require_code_grant": False, "flags": READS},
}
LIMIT = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
EVERYBODY = {
    **{"id": GUILD, "name": "@everyone", "permissions": "0", "position": 0, "color": 0, "colors": {"primary_color": 0}, "flags": 0},
    **{"hoist": False, "managed": False, "mentionable": False, "icon": None, "unicode_emoji": None},
}


def guild() -> dict[str, Any]:
    """The server, with the channel of the talk and its threads."""
    channel, none = named(CHANNEL.channel), ("emojis", "features", "members", "presences", "voice_states", "stage_instances", "stickers")
    settings = ("verification_level", "default_message_notifications", "explicit_content_filter", "mfa_level", "nsfw_level", "premium_tier")
    return {
        **{key: [] for key in (*none, "guild_scheduled_events", "soundboard_sounds")},
        **dict.fromkeys((*settings, "system_channel_flags"), 0),
        **{"id": GUILD, "name": "loopback", "owner_id": "2", "roles": [EVERYBODY], "member_count": 300, "large": True, "afk_timeout": 60},
        "preferred_locale": "en-US",
        "channels": [{"id": channel, "type": 0, "name": "slt", "position": 0, "permission_overwrites": [], "parent_id": None}],
        "threads": [_thread(named(str(thread(number).thread)), channel) for number in QUESTIONS],
    }


def _thread(id: str, parent: str) -> dict[str, Any]:
    metadata = {"archived": False, "auto_archive_duration": 4320, "archive_timestamp": "2018-01-31T19:00:00+00:00", "locked": False}
    shape = {"id": id, "type": 11, "name": "a question", "guild_id": GUILD, "parent_id": parent, "owner_id": ME["id"]}
    return shape | {"message_count": 0, "member_count": 1, "rate_limit_per_user": 0, "thread_metadata": metadata}


class Source:
    """The one connection, and what may still be sent on it."""

    def __init__(self) -> None:
        self._socket: web.WebSocketResponse | None = None
        self._packed: Any = None
        self._ready = asyncio.Event()
        self._room = asyncio.Semaphore(0)
        self._playing: asyncio.Task[None] | None = None

    async def call(self, request: web.Request) -> web.Response:
        """A request to the HTTP API."""
        answers: dict[str, Any] = {
            "users/@me": ME,
            "applications/@me": APPLICATION,
            "oauth2/applications/@me": APPLICATION,
            "gateway/bot": {"url": f"ws://{request.host}/gateway/", "shards": 1, "session_start_limit": LIMIT},
        }
        body = json.dumps(answers.get(request.match_info["path"], [])).encode()
        return web.Response(body=body, headers={"Content-Type": "application/json"})

    async def link(self, request: web.Request) -> web.WebSocketResponse:
        """A connection, for as long as it lives."""
        socket = self._socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._packed = zlib.compressobj() if "compress" in request.query else None
        await self.send(json.dumps({"op": 10, "d": {"heartbeat_interval": 41250}, "s": None, "t": None}))
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await self._heard(json.loads(frame.data), request)
        return socket

    async def send(self, text: str) -> None:
        """Send it as Discord does: packed where that is asked for, each frame on its own."""
        assert self._socket is not None
        if self._packed is None:
            await self._socket.send_str(text)
            return
        await self._socket.send_bytes(self._packed.compress(text.encode()) + self._packed.flush(zlib.Z_SYNC_FLUSH))

    async def _heard(self, frame: dict[str, Any], request: web.Request) -> None:
        if frame["op"] == 1:
            await self.send(json.dumps({"op": 11, "d": None, "s": None, "t": None}))
        if frame["op"] == 2:
            ready = {"v": 10, "user": ME, "guilds": [{"id": GUILD, "unavailable": True}], "session_id": "s", "shard": [0, 1]}
            ready |= {"resume_gateway_url": f"ws://{request.host}/gateway/", "application": {"id": ME["id"], "flags": READS}}
            for number, (event, data) in enumerate((("READY", ready), ("GUILD_CREATE", guild())), 1):
                await self.send(json.dumps({"op": 0, "t": event, "s": number, "d": data}))
            self._ready.set()

    def take(self, order: dict[str, Any]) -> None:
        """A line of standard input."""
        if "more" in order:
            for _ in range(order["more"]):
                self._room.release()
        else:
            self._room = asyncio.Semaphore(order["outstanding"])
            self._playing = asyncio.create_task(self._play(Path(order["file"]).read_text("utf-8").splitlines()))

    async def _play(self, frames: list[str]) -> None:
        await self._ready.wait()
        for frame in frames:
            await self._room.acquire()
            await self.send(frame)


async def main() -> None:
    """Serve until standard input ends."""
    source, app = Source(), web.Application()
    app.router.add_route("*", "/api/v10/{path:.*}", source.call)
    app.router.add_get("/gateway/", source.link)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"127.0.0.1:{runner.addresses[0][1]}", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        source.take(json.loads(line))


if __name__ == "__main__":
    asyncio.run(main())
