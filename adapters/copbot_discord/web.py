"""Calls to Discord's HTTP API: the one place where what discord.py and aiohttp raise is caught.

discord.py keeps Discord's rate limits, route by route. What it leaves out stands here: Discord's 50 requests a second for everything
together; a time within which an answer must come; and knowing whether a request has left. discord.py repeats by itself after some answers
(``HTTPClient.request``): what must not be done twice is stopped as it is about to be (4-platforms.md B2).
"""

import asyncio
import json
import logging
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any, TypeVar
from urllib.request import getproxies

import aiohttp
from discord.errors import HTTPException, LoginFailure, RateLimited
from discord.http import HTTPClient, Route
from typing_extensions import override

from copbot_discord.errors import RATE_LIMITED, Asked, of_answer, of_exception, of_login, too_many, unclear
from copbot_discord.limiter import Limiter
from copbot_discord.sending import Call, InTime, Sending, Stopped, TooMany, trace
from copbot_discord.settings import DiscordSettings

RAISED = (aiohttp.ClientError, OSError, TimeoutError, ValueError)
"""What discord.py lets out beside its own. ValueError: an answer cut short in its JSON."""

READ_PATIENTLY = 3
"""Times as long as one answer may take, a read may take with its repetitions."""

Answer = Any
"""Discord's JSON; ``{"code": ...}`` for what was refused with a code that is fine."""

SHORTLY = timedelta(seconds=2)
"""Discord may have a post or a change wait so long before it is tried again; beyond, whoever asked decides when."""

HELD_FOR = 600.0
"""Seconds after which it is seen that somebody else has closed a connection."""

T = TypeVar("T")


class Http(HTTPClient):
    """discord.py's client for HTTP: at another address, if need be, or behind the proxy that ``https_proxy`` names; and never without a
    time within which an answer must come.
    """

    def __init__(self, settings: DiscordSettings) -> None:
        logging.getLogger("discord").setLevel(logging.CRITICAL)  # its lines have people's words in them, and interactions' tokens
        proxy = None if settings.api_url.startswith("http://") else getproxies().get("https")
        super().__init__(asyncio.get_running_loop(), aiohttp.TCPConnector(limit=0), proxy=proxy, http_trace=trace(Limiter()))
        self.closed = False
        self._base = settings.api_url
        self._timeout = aiohttp.ClientTimeout(total=settings.timeout_seconds, connect=settings.timeout_seconds / 2)

    @override
    async def request(self, route: Route, **options: Any) -> Any:
        route.url = self._base + route.url.removeprefix(Route.BASE)
        return await super().request(route, **{"timeout": self._timeout} | options)

    @override
    async def close(self) -> None:
        self.closed = True
        await super().close()


class Web:
    """Discord's HTTP API with the bot's token. Every method raises PlatformError and nothing else.

    The first call logs in; the connection is closed when the event loop ends. ``home`` gives a thread's channel: it is named where a
    permission is lacking, for threads have no settings of their own.
    """

    def __init__(self, settings: DiscordSettings, home: Callable[[str], str] = str) -> None:
        self._home = home
        self._settings = settings
        self._seconds = settings.timeout_seconds
        self._http: Http | None = None
        self._login = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def post(self, call: Call, *, once: bool, in_time: InTime | None = None, fine: Collection[int] = ()) -> Answer:
        """Something that must not be done twice. ``once``: Discord would do it again if it were asked again; otherwise a nonce keeps it
        from that. ``in_time`` is asked when a connection stands and the first byte is about to leave.

        Raises Unclear where nobody knows whether it was done, or if it was not in time: another process may have done it by then.
        """
        return await self._made(call, Sending(patience=SHORTLY, once=once, in_time=in_time), self._seconds, fine)

    async def change(self, call: Call, *, fine: Collection[int] = ()) -> Answer:
        """Something that may be done twice. With a code in ``fine`` it is done already."""
        return await self._made(call, Sending(patience=SHORTLY), self._seconds, fine, repeatable=True)

    async def read(self, call: Call) -> Answer:
        """Something that changes nothing; asked again where Discord wants some time between, or does not answer."""
        seconds = self._seconds * READ_PATIENTLY
        return await self._made(call, Sending(patience=timedelta(seconds=seconds)), seconds, repeatable=True)

    async def answer(self, call: Call) -> Answer:
        """What answers to an interaction, once. Discord's 50 requests a second do not count these."""
        return await self._made(call, Sending(patience=SHORTLY, once=True, counted=False), self._seconds)

    async def http(self) -> Http:
        """discord.py's client, logged in. Raises what discord.py raises."""
        async with self._login:
            if self._http is None or self._http.closed:
                self._http = await self._logged_in()
            return self._http

    async def _made(self, call: Call, sending: Sending, seconds: float, fine: Collection[int] = (), *, repeatable: bool = False) -> Answer:
        asked = Asked(self._home(call.channel), tuple(call.needs), repeatable=repeatable)
        try:
            async with asyncio.timeout(seconds):
                return await self._answer(await self.http(), call, sending)
        except LoginFailure:
            raise of_login() from None
        except RateLimited as limited:
            raise too_many(timedelta(seconds=limited.retry_after)) from None
        except HTTPException as error:
            if error.code in fine:
                return {"code": error.code}
            raise of_answer(asked, error.status, error.code, error.response.headers) from None
        except TooMany:
            raise too_many(sending.after or RATE_LIMITED) from None
        except Stopped as stopped:
            raise unclear(asked, stopped.reason) from None
        except RAISED as error:
            raise of_exception(asked, error, sending) from None

    async def _answer(self, http: Http, call: Call, sending: Sending) -> Answer:
        """The answer as soon as it is there: discord.py would sleep first where it used a limit up, and may do so behind it."""
        task = self._kept(asyncio.create_task(http.request(Route(call.method, call.path, **call.ids), **_options(call, sending))))
        try:
            await asyncio.wait((task, sending.arrived), return_when=asyncio.FIRST_COMPLETED)
            return _content(sending.arrived.result()) if sending.arrived.done() else task.result()
        finally:
            sending.give_up()
            if not task.done() and not sending.asleep and not _is_there(sending.arrived):
                task.cancel()

    async def _logged_in(self) -> Http:
        http = Http(self._settings)
        try:
            await http.static_login(self._settings.token)
        except BaseException:  # whatever it is, it goes on: only the connection is given back
            await http.close()
            raise
        self._tasks.add(asyncio.create_task(_closed_at_the_end(http)))
        return http

    def _kept(self, task: asyncio.Task[T]) -> asyncio.Task[T]:
        self._tasks.add(task)
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # who waited for it has it


def _options(call: Call, sending: Sending) -> dict[str, Any]:
    options: dict[str, Any] = {"trace_request_ctx": sending}
    if call.query:
        options["params"] = dict(call.query)
    if call.files:
        options["form"] = call.form()
    elif call.json is not None:
        options["json"] = call.json
    return options


def _content(body: bytes) -> Answer:
    return json.loads(body) if body else None


def _is_there(arrived: asyncio.Future[bytes]) -> bool:
    return arrived.done() and not arrived.cancelled() and arrived.exception() is None


async def _closed_at_the_end(http: Http) -> None:
    """Hold the connection until the event loop cancels what is left."""
    try:
        while not http.closed:  # noqa: ASYNC110 - an Event that nobody else holds would not keep this task alive
            await asyncio.sleep(HELD_FOR)
    finally:
        await http.close()
