"""Socket Mode: sockets of copbot's own to Slack, no public address.

What Slack documents (https://docs.slack.dev/apis/events-api/using-socket-mode): an app may hold ten sockets, each event comes on any one of
them; a socket lives for some hours, then Slack sends ``disconnect`` and closes it a little later. slack_sdk's client opens the next one
only after it has closed the last, repeats a refused token for ever, hands events on in no order and knows of no silence: so each client
here lives for one socket, and its successor is there before it goes.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import ClientError, WSMsgType
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient
from typing_extensions import override

from copbot.domain.heard import Heard, Interaction
from copbot.errors import NotAuthenticated, Refused, TryLater, Unclear
from copbot.kit.closing import to_its_end
from copbot.kit.frames import parsed
from copbot_slack.answering import ACKNOWLEDGED_IN
from copbot_slack.bolt import make_app
from copbot_slack.hearing import Me, Payload
from copbot_slack.intake import Intake
from copbot_slack.names import SLACK
from copbot_slack.rich_text import Element
from copbot_slack.settings import SlackSettings
from copbot_slack.web import Web

GOODBYE_IN = 1.0
OK = 200

LET_IN = (
    "Make a token with the scope connections:write at api.slack.com/apps -> Basic Information -> App-Level Tokens, put it into "
    "COPBOT_SLACK__APP_TOKEN and start copbot again."
)
SWITCH_ON = "Switch it on at api.slack.com/apps -> Socket Mode and start copbot again."

QUIET = logging.Logger("slack_sdk", logging.CRITICAL + 1)
"""The SDK's own log has people's words in it, and addresses that let anybody in."""

quoted = json.encoder.encode_basestring_ascii
"""What ``json.dumps`` does in the end; there is one for each message."""

Take = Callable[[Payload], Awaitable[Element | None]]
"""Takes an envelope; gives what to acknowledge it with, None for nothing."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. ``hello``: from connecting to Slack's greeting. ``silence``: without an event until a socket is replaced, since some answer
    pings and bring nothing any more (python-slack-sdk#1701). ``again``: from one attempt to connect to the next.
    """

    hello: float = 10.0
    silence: float = 600.0
    again: float = 5.0


async def listen(settings: SlackSettings, web: Web, me: Me, intake: Intake, patience: Patience = Patience()) -> None:
    """Hear until cancelled. Returns where events may have been missed: no socket was there for a moment, or the inbox did not work.

    Raises NotAuthenticated where Slack does not let the app in.
    """
    sockets = _Sockets(settings, web, patience, intake, _take(make_app(settings, me, intake), intake))
    keeping = [asyncio.create_task(sockets.keep()) for _ in range(settings.connections)]
    missed = asyncio.create_task(intake.missed.wait())
    until: set[asyncio.Future[Any]] = {*keeping, missed, sockets.over}
    try:
        for ended in (await asyncio.wait(until, return_when=asyncio.FIRST_COMPLETED))[0]:
            ended.result()
    except asyncio.CancelledError:
        await intake.answers.aclose()
        raise
    finally:
        await to_its_end(_close(sockets, (*keeping, missed)))


async def _close(sockets: "_Sockets", tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await sockets.aclose()


def _take(app: AsyncApp, intake: Intake) -> Take:
    async def take(envelope: Payload) -> Element | None:
        if envelope["type"] == "events_api":
            await intake.event(envelope["payload"])
            return {}
        request = SocketModeRequest.from_dict(dict(envelope))
        if request is None:
            return {}
        response = await run_async_bolt_app(app, request)
        if response.status != OK:
            return None
        return dict(json.loads(response.body)) if response.body else {}

    return take


class _Socket(SocketModeClient):
    """slack_sdk's client for the life of one socket. What comes is parsed once, and never logged."""

    def __init__(self, url: str, settings: SlackSettings, frame: Callable[["_Socket", Payload], None]) -> None:
        super().__init__(
            settings.app_token, QUIET, AsyncWebClient(logger=QUIET), auto_reconnect_enabled=False, ping_interval=settings.ping_seconds
        )
        if settings.api_url.startswith("http://"):
            self.proxy = None  # loopback addresses are not behind a proxy
        self.wss_uri = url
        self.hello: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.leaving: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.heard_at = 0.0
        self.going: set[asyncio.Task[None]] = set()
        self.burst: list[tuple[str, Heard | None]] = []
        """Envelopes that came together, and what they tell."""
        self._frame = frame

    @override
    async def receive_messages(self) -> None:
        """Ends with the socket. The SDK's ``connect`` starts it; ``message_receiver`` is its task."""
        session = self.current_session
        if session is None:
            return
        async for frame in session:
            if frame.type is WSMsgType.TEXT and frame.data.startswith("{"):
                self._frame(self, parsed(frame.data))
            elif frame.type is WSMsgType.PING:
                await session.pong(frame.data)

    @property
    def ended(self) -> asyncio.Future[None]:
        """Done once the socket brings nothing any more."""
        if self.message_receiver is None:
            raise RuntimeError("connect first")
        return self.message_receiver

    async def acknowledge(self, envelope: str, payload: Element) -> None:
        """Raises ConnectionError or ClientError if the socket is not there any more."""
        if self.current_session is not None:
            said = json.dumps({"envelope_id": envelope, "payload": payload}) if payload else f'{{"envelope_id":{quoted(envelope)}}}'
            await self.current_session.send_str(said)

    @override
    async def close(self) -> None:
        """Let go of everything, whatever the other side does."""
        self.closed = True
        tasks = [task for task in (self.message_processor, self.current_session_monitor, self.message_receiver, *self.going) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            async with asyncio.timeout(GOODBYE_IN):
                await self.disconnect()  # type: ignore[no-untyped-call] # the SDK's
        except (TimeoutError, ConnectionError, ClientError):
            log.info("Slack did not say goodbye", action="goodbye_late", platform=SLACK)
        finally:
            await self.aiohttp_client_session.close()


class _Sockets:
    """The sockets of one run. ``over``: its end, set when there was a moment without any."""

    def __init__(self, settings: SlackSettings, web: Web, patience: Patience, intake: Intake, take: Take) -> None:
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._settings = settings
        self._web = web
        self._patience = patience
        self._intake = intake
        self._take = take
        self._all: set[_Socket] = set()
        self._up: set[_Socket] = set()

    async def keep(self) -> None:
        """One socket after the other, for ever: the next one is there before the last one goes, unless that has gone already."""
        socket = await self._opened()
        while True:
            await _until_it_goes(socket, self._patience.silence)
            if socket.ended.done():
                await self._close(socket)
                socket = await self._opened()
                continue
            successor = await self._opened()
            if socket.going:
                await asyncio.wait(socket.going, timeout=ACKNOWLEDGED_IN)
            await self._close(socket)
            socket = successor

    async def aclose(self) -> None:
        """Close them all."""
        await asyncio.gather(*(self._close(socket) for socket in list(self._all)), return_exceptions=True)
        self.over.cancel()

    async def _close(self, socket: _Socket) -> None:
        await socket.close()
        self._all.discard(socket)

    async def _opened(self) -> _Socket:
        """A socket on which Slack has said hello, however long that takes."""
        while True:
            try:
                return await self._connected(await self._address())
            except (TryLater, Unclear, ClientError, OSError, TimeoutError) as error:
                log.warning("Slack gave no socket", action="socket_failed", platform=SLACK, error=type(error).__name__)
                wait = error.after.total_seconds() if isinstance(error, TryLater) else self._patience.again
            await asyncio.sleep(wait)

    async def _address(self) -> str:
        token = self._settings.app_token
        try:
            return str((await self._web.read(lambda slack: slack.apps_connections_open(app_token=token)))["url"])
        except Refused as refused:
            raise NotAuthenticated(SLACK, refused.reason, LET_IN) from None

    async def _connected(self, address: str) -> _Socket:
        socket = _Socket(address, self._settings, self._frame)
        self._all.add(socket)
        try:
            async with asyncio.timeout(self._patience.hello):
                await socket.connect()  # type: ignore[no-untyped-call] # the SDK's
                await asyncio.wait({socket.hello, socket.ended}, return_when=asyncio.FIRST_COMPLETED)
            if not socket.hello.done():
                raise ConnectionError("no hello")
        except BaseException:  # a cancellation, too: no socket is left open
            await self._close(socket)
            raise
        self._up.add(socket)
        socket.ended.add_done_callback(lambda _: self._down(socket))
        return socket

    def _down(self, socket: _Socket) -> None:
        self._up.discard(socket)
        if not self._up and not self.over.done():
            self.over.set_result(None)

    def _frame(self, socket: _Socket, frame: Payload) -> None:
        socket.heard_at = asyncio.get_running_loop().time()
        match frame.get("type"):
            case "hello" if not socket.hello.done():
                socket.hello.set_result(None)
            case "disconnect" if frame.get("reason") == "link_disabled":
                if not self.over.done():
                    self.over.set_exception(NotAuthenticated(SLACK, "Socket Mode is switched off for this app", SWITCH_ON))
            case "disconnect" if not socket.leaving.done():
                socket.leaving.set_result(None)
            case _ if _is_message(frame):
                self._hear(socket, frame)
            case _ if "envelope_id" in frame:
                _go(socket, self._deal(socket, frame))

    def _hear(self, socket: _Socket, envelope: Payload) -> None:
        """Messages that are read from the socket in one go are handed over in one go: a task for each would cost as much as reading it.

        What asks for an answer goes by itself: the others need not wait for it.
        """
        heard = self._intake.heard(envelope["payload"])
        if isinstance(heard, Interaction):
            _go(socket, self._deal(socket, envelope))
            return
        socket.burst.append((envelope["envelope_id"], heard))
        if len(socket.burst) == 1:
            _go(socket, self._hand_over(socket))

    async def _hand_over(self, socket: _Socket) -> None:
        """Begins once nothing more is there to be read at once. Tasks start in the order in which they are made."""
        burst, socket.burst = socket.burst, []
        try:
            await self._intake.take(*(heard for _, heard in burst if heard is not None))
        except Exception:  # noqa: BLE001 - whatever the inbox raised, and the intake has said so: Slack keeps the events and sends them again
            return
        for envelope, _ in burst:
            await _acknowledge(socket, envelope, {})

    async def _deal(self, socket: _Socket, envelope: Payload) -> None:
        try:
            payload = await self._take(envelope)
        except Exception as error:  # noqa: BLE001 - whatever the inbox raised: Slack keeps the event and sends it again
            if envelope["type"] != "events_api":  # of events the intake says so
                log.error("An interaction was not taken", action="interaction_failed", platform=SLACK, error=type(error).__name__)
            return
        if payload is not None:
            await _acknowledge(socket, envelope["envelope_id"], payload)


def _is_message(frame: Payload) -> bool:
    return frame.get("type") == "events_api" and "envelope_id" in frame and frame["payload"].get("event", {}).get("type") == "message"


def _go(socket: _Socket, work: Coroutine[None, None, None]) -> None:
    going = asyncio.create_task(work)
    socket.going.add(going)
    going.add_done_callback(socket.going.discard)


async def _acknowledge(socket: _Socket, envelope: str, payload: Element) -> None:
    try:
        await socket.acknowledge(envelope, payload)
    except (ClientError, ConnectionError):
        log.info("An acknowledgement got lost; the event comes again", action="acknowledgement_lost", platform=SLACK)


async def _until_it_goes(socket: _Socket, silence: float) -> None:
    """Wait until the socket has gone, is to go, or has been silent for too long."""
    either, loop = {socket.ended, socket.leaving}, asyncio.get_running_loop()
    while (left := socket.heard_at + silence - loop.time()) > 0:
        if (await asyncio.wait(either, timeout=left, return_when=asyncio.FIRST_COMPLETED))[0]:
            return
