"""One request to Discord: what is asked, and what is known of it while it is under way.

What aiohttp documents and this rests on: a trace's ``on_request_start`` comes before each time a request is made,
``on_request_headers_sent`` and ``on_request_chunk_sent`` as its bytes are about to be written, ``on_request_end`` with the answer's
status, ``on_response_chunk_received`` with all of its body (https://docs.aiohttp.org/en/stable/tracing_reference.html).
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp

from copbot.domain.message import File
from copbot_discord.limiter import Limiter

InTime = Callable[[], bool]

LIMITED = 429


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked. ``path`` is Discord's, with names such as ``{channel_id}`` for which ``ids`` stand; discord.py keeps a rate limit for
    each path together with its channel, server or webhook.

    ``needs`` are the permissions that it takes, by Discord's names for them, to be named to a host if Discord refuses.
    """

    method: str
    path: str
    ids: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[File] = ()
    needs: Sequence[str] = ()

    @property
    def channel(self) -> str:
        """The channel that it is about, if it is about one."""
        return self.ids.get("channel_id", "")

    def form(self) -> list[dict[str, Any]]:
        """The parts of a request with files (https://docs.discord.com/developers/reference#uploading-files)."""
        payload = {"name": "payload_json", "value": json.dumps(self.json, separators=(",", ":")), "content_type": "application/json"}
        files = [
            {"name": f"files[{number}]", "value": file.content, "filename": file.name, "content_type": file.media_type}
            for number, file in enumerate(self.files)
        ]
        return [payload, *files]


class Stopped(Exception):
    """A request was kept from leaving: too late, or a second time."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooMany(Exception):
    """Discord wants a longer wait than there is patience for."""


class Sending:
    """One call on its way. ``once``: it must not leave a second time; ``in_time`` is asked before it leaves; ``counted``: among Discord's
    requests a second. ``patience``: Discord may have it wait so long.

    ``written``: bytes of it have left, and no answer since says that nothing was done. ``after``: Discord said to wait so long.
    ``arrived`` is the body of the answer that says that it is done, or TooMany.
    """

    def __init__(self, *, patience: timedelta, once: bool = False, in_time: InTime | None = None, counted: bool = True) -> None:
        self.counted = counted
        self.written = False
        self.after: timedelta | None = None
        self.arrived: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._patience = patience
        self._once = once
        self._in_time = in_time
        self._status = 0
        self._given_up = False

    @property
    def asleep(self) -> bool:
        """Whether discord.py waits for Discord's patience. Who wakes it then, leaves its lock on all requests closed."""
        return self._status == LIMITED and not self.written

    def begin(self) -> None:
        """It is made, for the first or another time. Raises Stopped."""
        if self._given_up or (self._once and self.written):
            raise Stopped("Discord did not say what it had done")

    def leave(self) -> None:
        """Bytes of it are about to be written. Raises Stopped."""
        if self._given_up or (self._in_time is not None and not self._in_time()):
            raise Stopped("it was held up for too long to be sent now")
        self.written = True

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """An answer has begun. One that asks for patience says that nothing was done."""
        self._status = status
        if status == LIMITED:
            self.written = False
            self.after = seconds(headers.get("Retry-After", ""))
            if self.after is not None and self.after > self._patience and not self.arrived.done():
                self.arrived.set_exception(TooMany())

    def read(self, body: bytes) -> None:
        """All of the answer is there."""
        if 200 <= self._status < 300 and not self.arrived.done():
            self.arrived.set_result(body)

    def give_up(self) -> None:
        """Nobody waits for it any more: it must not be made again."""
        self._given_up = True


def seconds(text: str) -> timedelta | None:
    """What a header ``Retry-After`` asks for, at least a second; None if it does not say it."""
    try:
        return max(timedelta(seconds=float(text)), timedelta(seconds=1))
    except (ValueError, OverflowError):
        return None


def trace(limiter: Limiter) -> aiohttp.TraceConfig:
    """Tells each call's Sending what becomes of it, and keeps to Discord's requests a second."""

    async def begin(_session: aiohttp.ClientSession, context: SimpleNamespace, _: aiohttp.TraceRequestStartParams) -> None:
        sending = context.trace_request_ctx
        if isinstance(sending, Sending):
            sending.begin()
        if not isinstance(sending, Sending) or sending.counted:
            await limiter.take()

    async def leave(_session: aiohttp.ClientSession, context: SimpleNamespace, _: object) -> None:
        if isinstance(context.trace_request_ctx, Sending):
            context.trace_request_ctx.leave()

    async def answered(_session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
        if isinstance(context.trace_request_ctx, Sending):
            context.trace_request_ctx.answered(params.response.status, params.response.headers)

    async def read(_session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceResponseChunkReceivedParams) -> None:
        if isinstance(context.trace_request_ctx, Sending):
            context.trace_request_ctx.read(params.chunk)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(begin)
    config.on_request_headers_sent.append(leave)
    config.on_request_chunk_sent.append(leave)
    config.on_request_end.append(answered)
    config.on_response_chunk_received.append(read)
    return config
