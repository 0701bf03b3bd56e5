"""Calls to Slack's Web API: the one place where what slack_sdk and aiohttp raise is caught.

What is not to be repeated blindly goes through ``post``: without retry handlers, since slack_sdk's default posts again after a dropped
connection (4-platforms.md 1.4, H1). Each call has a connection of its own: on a kept one that Slack has just closed, nobody could tell
whether a post had arrived.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.proxy_env_variable_loader import load_http_proxy_from_env
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from copbot_slack.errors import Asked, of_answer, of_exception
from copbot_slack.settings import SlackSettings

READ_AGAIN = 2
"""How often a read is repeated."""

REPEATED = (AsyncRateLimitErrorRetryHandler, AsyncConnectionErrorRetryHandler, AsyncServerErrorRetryHandler)
"""After what: one dropped connection must not count as a gap in what was heard."""

RAISED = (SlackClientError, aiohttp.ClientError, OSError, TimeoutError, ValueError, AttributeError)
"""What the SDK lets out. ValueError: an answer cut short in its JSON. AttributeError: an answer in plain text, for which it is not made."""

Call = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]
"""One call, such as ``lambda slack: slack.chat_delete(channel=channel, ts=ts)``."""

Answer = Mapping[str, Any]
InTime = Callable[[], bool]


class Web:
    """Slack's Web API with the bot's token. Every method raises PlatformError and nothing else."""

    def __init__(self, settings: SlackSettings) -> None:
        self._token = settings.bot_token
        self._api_url = settings.api_url
        self._timeout = aiohttp.ClientTimeout(total=settings.timeout_seconds, connect=settings.timeout_seconds / 2)
        self._log = logging.Logger(__name__, logging.WARNING)  # the SDK's own would write people's words at level debug
        self._proxy = None if settings.api_url.startswith("http://") else load_http_proxy_from_env()

    async def post(self, call: Call, channel: str = "", in_time: InTime | None = None) -> Answer:
        """Something that must not be done twice. ``in_time`` is asked when a connection stands and the first byte is about to leave.

        Raises Unclear where nobody knows whether it was done, or if it was not in time: another process may have done it by then.
        """
        return (await self._made(call, Asked(channel), in_time=in_time)).data  # type: ignore[return-value] # JSON: what is not was refused by now

    async def change(self, call: Call, channel: str = "", *, fine: Collection[str] = ()) -> Answer:
        """Something that may be done twice. With a code in ``fine`` it is done already."""
        return (await self._made(call, Asked(channel, repeatable=True), fine=fine)).data  # type: ignore[return-value] # as above

    async def read(self, call: Call, channel: str = "", *, patient: bool = True) -> Answer:
        """Something that changes nothing; if ``patient``, asked again where Slack wants some time between, or did not answer."""
        return (await self._read(call, channel, patient=patient)).data  # type: ignore[return-value] # as above

    async def scopes(self) -> frozenset[str]:
        """What the token may do: the header ``x-oauth-scopes``, which comes with every answer."""
        granted = (await self._read(lambda slack: slack.auth_test())).headers.get("x-oauth-scopes", "")
        return frozenset(scope for one in granted.split(",") if (scope := one.strip()))

    async def upload(self, url: str, content: bytes) -> None:
        """Send a file's content to the address that Slack gave for it. As often as one likes, until the upload is completed."""
        await self._sent(url, Asked(repeatable=True), data=content)

    async def respond(self, response_url: str, body: Mapping[str, Any]) -> None:
        """Answer to the address that came with an interaction."""
        await self._sent(response_url, Asked(), json=body)

    async def _read(self, call: Call, channel: str = "", *, patient: bool = True) -> AsyncSlackResponse:
        handlers = [repeated(max_retry_count=READ_AGAIN) for repeated in REPEATED] if patient else []
        return await self._made(call, Asked(channel, repeatable=True), handlers)

    async def _made(
        self,
        call: Call,
        asked: Asked,
        retry_handlers: Sequence[AsyncRetryHandler] = (),
        *,
        fine: Collection[str] = (),
        in_time: InTime | None = None,
    ) -> AsyncSlackResponse:
        try:
            async with self._client(retry_handlers, in_time) as client:
                return await call(client)
        except SlackApiError as error:
            answer = error.response
            if not isinstance(answer, AsyncSlackResponse):
                raise of_exception(asked, error) from None
            if isinstance(answer.data, dict) and answer.data.get("error") in fine:
                return answer
            raise of_answer(asked, answer.status_code, answer.headers, answer.data) from None
        except RAISED as error:
            raise of_exception(asked, error) from None

    async def _sent(self, url: str, asked: Asked, **body: Any) -> None:  # noqa: ANN401 - aiohttp's own arguments
        try:
            async with self._session() as session, session.post(url, proxy=self._proxy, **body) as answer:
                failed = None if answer.status == 200 else of_answer(asked, answer.status, answer.headers, None)
        except RAISED as error:
            raise of_exception(asked, error) from None
        if failed is not None:
            raise failed

    @asynccontextmanager
    async def _client(self, retry_handlers: Sequence[AsyncRetryHandler], in_time: InTime | None) -> AsyncIterator[AsyncWebClient]:
        async with self._session(in_time) as session:
            client = AsyncWebClient(self._token, self._api_url, session=session, logger=self._log, retry_handlers=list(retry_handlers))
            client.proxy = self._proxy  # without it the SDK would look for loopback addresses behind a proxy, too
            yield client

    def _session(self, in_time: InTime | None = None) -> aiohttp.ClientSession:
        checks = [_stopping(in_time)] if in_time else []
        return aiohttp.ClientSession(timeout=self._timeout, connector=aiohttp.TCPConnector(force_close=True), trace_configs=checks)


def _stopping(in_time: InTime) -> aiohttp.TraceConfig:
    """Stops a request that is not in time as aiohttp is about to write: it writes headers with the body, if there is one."""

    async def check(*_: object) -> None:
        if not in_time():
            raise ConnectionAbortedError("too late")

    checks = aiohttp.TraceConfig()
    checks.on_request_headers_sent.append(check)
    checks.on_request_chunk_sent.append(check)
    return checks
