"""The loopback Slack as a place for campaigns: it outlives every bot, loses answers and answers late, and knows which bot asks."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from aiohttp import web
from processes.clock import FastClock
from processes.config import HOSTS, MEMBERS
from processes.loopbacks import EARLY, SameTime, Unsteady
from processes.seen import Folk, Seen
from processes.slack_folk import SlackFolk, opens
from slack_loopback.api import CONNECT, WebApi
from slack_loopback.deliveries import Carrier, Deliveries
from slack_loopback.judge import Judge
from slack_loopback.model import Body, Message
from slack_loopback.server import APP_TOKEN, BOT_TOKEN, Loopback
from slack_loopback.workspace import BOT_USER
from typing_extensions import override

from copbot.domain.step import Outgoing
from copbot.ports.platform import Platform, Setup
from copbot_slack import make
from copbot_slack.names import SLACK, instant

ACK_SECONDS = 1.0
"""Real ones: no bot, however busy the machine, is taken for deaf too soon, and one that is stopped is noticed."""

POSTING = "chat.postMessage"
ARRIVING = ("auth.test", CONNECT)
"""Of these no answer gets lost: the bot waits for seconds then, and by its fast clock that is minutes."""


def on_slack(setup: Setup, address: str) -> Platform:
    """The adapter of this process, known to the loopback by its tokens."""
    tokens = {"bot_token": f"{BOT_TOKEN}-{os.getpid()}", "app_token": f"{APP_TOKEN}-{os.getpid()}"}
    return make(replace(setup, settings={**tokens, "api_url": address, "timeout_seconds": 14.0}))


class SlackExchange(Unsteady):
    """Serves one workspace."""

    platform = SLACK

    def __init__(self, channels: Sequence[str], clock: FastClock, random: Random) -> None:
        self._slack = slack = Loopback()
        slack.judge = _Lenient()
        slack.workspace.time = SameTime(clock)
        slack.api = _Api(self, slack)
        slack.api.ticket = slack.links.ticket
        slack.links.spread, slack.links.ack_seconds = True, ACK_SECONDS
        slack.deliveries = _Deliveries(slack.links, clock)
        slack.links.changed = slack.deliveries.changed
        super().__init__(slack, slack.api.faults, clock, random)
        self._ever: list[Message] = []
        self._report = slack.workspace.events
        slack.workspace.events = self._happened
        self._populate(channels)

    @property
    def address(self) -> str:
        """What stands in front of every method."""
        return self._slack.api_url

    def hears(self, pid: int) -> bool:
        """Whether this bot listens by now."""
        return any(link.request.query.get("pid") == str(pid) for link in self._slack.links.links)

    def folk(self) -> Folk:
        """Everybody."""
        return SlackFolk(self._slack, self.random)

    def seen(self, rows: Sequence[Outgoing]) -> Sequence[Seen]:
        """Everything that ever stood there."""
        return [self._seen(message) for message in self._ever]

    def posted(self, do: Callable[[], web.Response]) -> tuple[web.Response, Message | None]:
        """Do what was asked; the message that came of it. Sometimes somebody answers at once."""
        before = len(self._ever)
        answer = do()
        message = self._ever[before] if len(self._ever) > before else None
        if message is not None and opens(message) and self.random.random() < EARLY:
            self._slack.people.say(self.random.choice(MEMBERS), message.channel, f"Thought {before} of mine, at once", message.ts)
        return answer, message

    def _happened(self, event: Body) -> None:
        if event["type"] == "message" and event.get("subtype") not in ("message_changed", "message_deleted"):
            self._ever.append(self._slack.workspace.channels[event["channel"]].messages[event["ts"]])
        self._report(event)

    def _seen(self, message: Message) -> Seen:
        standing = self._slack.workspace.channels[message.channel].messages.get(message.ts)
        return Seen(
            message.ts,
            message.channel,
            message.thread if message.is_reply else None,
            message.user,
            instant(message.ts),
            message.text,
            key_of(message),
            by_bot=message.bot is not None,
            opens_thread=opens(message),
            removed=standing is not message,
        )

    def _populate(self, channels: Sequence[str]) -> None:
        for id in (*HOSTS, *MEMBERS):
            self._slack.workspace.add_user(id, id.capitalize())
        for id in channels:
            self._slack.workspace.add_channel(id, id, BOT_USER, *HOSTS, *MEMBERS)
            self._slack.workspace.add_channel(f"{id}-hosts", f"{id}-hosts", BOT_USER, *HOSTS, kind="group")


class _Api(WebApi):
    """Knows bots by their tokens."""

    def __init__(self, exchange: SlackExchange, slack: Loopback) -> None:
        super().__init__(slack.workspace, slack.judge, BOT_TOKEN, APP_TOKEN)
        self._exchange = exchange

    @override
    async def _failing(self, method: str, request: web.Request, do: Callable[[], web.Response]) -> web.StreamResponse:
        if method in ARRIVING:
            return do()
        posted: list[Message] = []

        def done() -> web.Response:
            answer, message = self._exchange.posted(do)
            posted.extend([message] if message else [])
            return answer

        await self._exchange.dawdle()
        answer = await super()._failing(method, request, done)
        if method == POSTING and posted and self._exchange.watching is not None:
            pid = request.headers["Authorization"].rpartition("-")[2]
            await self._exchange.watching(int(pid), key_of(posted[0]) or "")
        await self._exchange.dawdle()
        return answer

    @override
    def _do(self, method: str, args: Body, token: str) -> Body:
        known, _, pid = token.rpartition("-")
        answer = super()._do(method, args, known)
        return {"url": f"{answer['url']}&pid={pid}"} if method == CONNECT else answer


class _Deliveries(Deliveries):
    """Tries again after as long as Slack does, by the bots' clock."""

    def __init__(self, carrier: Carrier, clock: FastClock) -> None:
        super().__init__(carrier)
        self._clock = clock

    @override
    async def _hurried(self, seconds: float) -> bool:
        await self._clock.sleep(timedelta(seconds=seconds))
        return False


class _Lenient(Judge):
    """Looks at nothing: what is sent is judged elsewhere, and here the time is needed for other things."""

    @override
    def request(self, method: str, args: Body) -> None: ...
    @override
    def message(self, where: str, body: Body) -> None: ...
    @override
    def view(self, where: str, view: Body) -> None: ...
    @override
    def answer(self, method: str, body: Body) -> None: ...
    @override
    def sent(self, kind: str, payload: Body) -> None: ...


def key_of(message: Message) -> str | None:
    """What the bot posted it under; files, which have no key in Slack, by where they stand."""
    if message.bot is None:
        return None
    payload = (message.metadata or {}).get("event_payload", {})
    if "key" not in payload:
        return f"{message.channel} {message.thread} {[file.name for file in message.files]}"
    return str(payload["key"]) if payload["part"] == 1 else f"{payload['key']}.{payload['part']}"
