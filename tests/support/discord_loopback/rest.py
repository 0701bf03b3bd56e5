"""The HTTP API: reads a request, checks the token and the limits, does it, and answers - or fails on request."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote
from uuid import NAMESPACE_URL, uuid5

from aiohttp import BodyPartReader, web
from discord_loopback.calls import Call
from discord_loopback.judge import Judge
from discord_loopback.model import FORUM, Upload, Wrong
from discord_loopback.routes import Route, route_of
from discord_loopback.world import World
from slack_loopback.faults import DONE, Faults, Kind

POST = "post"
"""In faults: any request that puts a message where people see it."""

PATIENCE = 45.0
"""Seconds that a planned 429 asks for: longer than discord.py would wait by itself."""


@dataclass(frozen=True)
class Done:
    """One request of the bot's. ``code`` is Discord's own for what it was refused for, None if it was not."""

    operation: str
    call: Call
    status: int
    code: int | None = None


@dataclass(eq=False)
class Bucket:
    """So many requests in so many seconds, for each channel, guild or webhook."""

    calls: int
    seconds: float
    windows: dict[str, tuple[float, int]] = field(default_factory=dict)

    def take(self, major: str, now: float) -> tuple[int, float]:
        """What remains, -1 if there was nothing left; and seconds until all are there again."""
        ends, taken = self.windows.get(major, (0.0, 0))
        if now >= ends:
            ends, taken = now + self.seconds, 0
        self.windows[major] = (ends, min(taken + 1, self.calls))
        return self.calls - taken - 1, max(0.001, ends - now)


class Rest:
    """The requests, on one world. ``calls`` is every one of them, in order; ``flying`` how many are being answered,
    ``too_many`` how many met an empty bucket.

    ``faults.deny`` takes what is answered as ``"403 50013 Missing Permissions"``.

    ``limits`` has the buckets of single operations; ``overall``, if set, is the one of all requests but interactions' own.
    """

    def __init__(self, world: World, judge: Judge, token: str) -> None:
        self.faults = Faults()
        self.calls: list[Done] = []
        self.limits: dict[str, Bucket] = {}
        self.overall: Bucket | None = None
        self.patience = PATIENCE
        self.flying = self.too_many = 0
        self.changed = asyncio.Event()
        self.token = token
        self._world = world
        self._judge = judge

    async def call(self, request: web.Request) -> web.StreamResponse:
        """``/api/v10/...``."""
        self.flying += 1
        try:
            return await self._call(request)
        finally:
            self.flying -= 1
            self.changed.set()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        path = request.raw_path.partition("?")[0].removeprefix("/api/v10")
        found = route_of(request.method, path)
        if found is None:
            self._judge.blame(request.method, f"nothing here answers {path}")
            return answer(404, {"message": "404: Not Found", "code": 0})
        route, ids = found
        kind, call = await _read(self._world, request, {name: unquote(id) for name, id in ids.items()})
        self._judge.request(route.operation, route.method, route.template, kind, call)
        headers, wait = self._limited(route, call)
        if wait:
            self.too_many += 1
            return _patience(wait, headers)
        return await self._failing(route, call, request, headers)

    def label(self, route: Route, call: Call) -> str:
        """The name under which this request may fail."""
        channel = self._world.channels.get(call.path.get("channel_id", ""))
        forum = route.operation == "create_thread" and channel is not None and channel.type == FORUM
        return POST if forum or route.operation == "create_message" else route.operation

    async def _failing(self, route: Route, call: Call, request: web.Request, headers: dict[str, str]) -> web.StreamResponse:
        label = self.label(route, call)
        kind = self.faults.next(label)
        await self.faults.kept_waiting(label, done=False)
        done = self._answer(route, call, request, headers) if kind is None or kind in DONE else web.Response()
        await self.faults.kept_waiting(label, done=True)
        match kind:
            case None:
                return done
            case Kind.LOST | Kind.CUT:
                if request.transport is not None:
                    request.transport.abort()
                return web.Response()
            case Kind.LATER:
                return _patience(self.patience, headers)
            case Kind.INTERNAL | Kind.INTERNAL_DONE:
                return answer(500, {"message": "500: Internal Server Error", "code": 0}, headers)
            case _:
                status = 503 if kind is Kind.BROKEN else 504
                return web.Response(status=status, text="<html>upstream</html>", content_type="text/html")

    def _answer(self, route: Route, call: Call, request: web.Request, headers: dict[str, str]) -> web.Response:
        try:
            self._authorise(route, request)
            if denied := self.faults.denied(route.operation):
                refused, code, words = denied.split(" ", 2)
                raise Wrong(int(refused), int(code), words)
            body = route.do(self._world, call)
        except Wrong as wrong:
            self.calls.append(Done(route.operation, call, wrong.status, wrong.code))
            return answer(wrong.status, wrong.body, headers)
        status = 204 if body is None else route.status
        self.calls.append(Done(route.operation, call, status))
        self._judge.answer(route.method, route.template, status, body)
        return answer(status, body, headers)

    def _authorise(self, route: Route, request: web.Request) -> None:
        if route.needs_token and request.headers.get("Authorization") != f"Bot {self.token}":
            raise Wrong(401, 0, "401: Unauthorized")

    def limit(self, operation: str, calls: int, seconds: float) -> None:
        """Answer 429 to more than so many calls in so many seconds, in each channel."""
        self.limits[operation] = Bucket(calls, seconds)

    def _limited(self, route: Route, call: Call) -> tuple[dict[str, str], float]:
        """The headers of the request's bucket, and seconds to wait if it is empty."""
        now = self._world.time.now()
        if self.overall is not None and route.needs_token:
            left, ends = self.overall.take("", now)
            if left < 0:
                return {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}, ends
        bucket = self.limits.setdefault(route.operation, Bucket(1000, 1.0))
        left, ends = bucket.take(next(iter(call.path.values()), ""), now)
        headers = {
            "X-RateLimit-Limit": str(bucket.calls),
            "X-RateLimit-Remaining": str(max(0, left)),
            "X-RateLimit-Reset": f"{now + ends:.3f}",
            "X-RateLimit-Reset-After": f"{ends:.3f}",
            "X-RateLimit-Bucket": uuid5(NAMESPACE_URL, route.operation).hex,
        }
        return headers | ({"X-RateLimit-Scope": "user"} if left < 0 else {}), ends if left < 0 else 0.0

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file beside a message, as anybody who has its address may read it."""
        for channel in self._world.channels.values():
            for message in channel.messages.values():
                for file in message.files:
                    if file.id == request.match_info["id"]:
                        return web.Response(body=file.content)
        return web.Response(status=404)


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    """JSON, and its type without a charset: discord.py compares the header as a whole."""
    if body is None:
        return web.Response(status=204, headers=headers)
    response = web.Response(status=status, body=json.dumps(body).encode(), headers=headers)
    response.headers["Content-Type"] = "application/json"
    return response


def _patience(seconds: float, headers: dict[str, str]) -> web.Response:
    """429. Without ``Via`` discord.py takes it for a ban."""
    whole = headers.get("X-RateLimit-Global") == "true"
    body = {"message": "You are being rate limited.", "retry_after": round(seconds, 3), "global": whole}
    more = {"Retry-After": str(max(1, round(seconds))), "Via": "1.1 google", "X-RateLimit-Scope": "user"}
    return answer(429, body, {**more, **headers})


async def _read(world: World, request: web.Request, ids: dict[str, str]) -> tuple[str, Call]:
    """The content type, empty without a body; and the request. A multipart one has its body in ``payload_json``."""
    query = dict(request.query)
    if not request.body_exists:
        return "", Call(ids, query)
    if not request.content_type.startswith("multipart/"):
        content = await request.read()
        return (request.content_type, Call(ids, query, json.loads(content))) if content else ("", Call(ids, query))
    body: Any = {}
    files: list[Upload] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.filename:
            files.append(Upload(world.snowflake(), part.filename, bytes(await part.read(decode=True))))
        elif part.name == "payload_json":
            body = json.loads(await part.text())
    return request.content_type, Call(ids, query, body, files)
