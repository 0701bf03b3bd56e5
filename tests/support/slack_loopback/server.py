"""Slack on the loopback address: the Web API, Socket Mode, HTTP mode, and everybody in the workspace."""

from types import TracebackType
from typing import Self
from uuid import uuid4

from aiohttp import web
from slack_loopback.api import WebApi
from slack_loopback.callbacks import Callbacks
from slack_loopback.deliveries import Deliveries, Delivery
from slack_loopback.judge import Judge
from slack_loopback.links import Links
from slack_loopback.model import Body
from slack_loopback.people import People
from slack_loopback.workspace import APP, BOT_USER, TEAM, Workspace

BOT_TOKEN = "xoxb-loopback"
APP_TOKEN = "xapp-1-loopback"
SECRET = "loopback-signing-secret"
LARGEST = 8 << 20


class Loopback:
    """One Slack. ``failures``: whose act was answered with Slack's own warning sign because the app did not acknowledge it."""

    def __init__(self, team: str = TEAM, token: str = BOT_TOKEN) -> None:
        self.workspace = Workspace(team)
        self.judge = Judge()
        self.api = WebApi(self.workspace, self.judge, token, APP_TOKEN)
        self.links = Links(self.workspace)
        self.callbacks = Callbacks(self.workspace, SECRET)
        self.deliveries = Deliveries(self.links)
        self.people = People(self)
        self.failures: list[tuple[str, str]] = []
        self.subscribed: frozenset[str] | None = None
        self.links.changed = self.deliveries.changed
        self.api.ticket = self.links.ticket
        self.workspace.events = self._happened
        self._runner: web.AppRunner | None = None

    @property
    def faults(self) -> list[str]:
        """Everything that is wrong with what was sent, either way."""
        return self.judge.problems + self.judge.own

    @property
    def api_url(self) -> str:
        """What stands in front of every method."""
        return f"{self.workspace.address}/api/"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST)
        app.router.add_route("*", "/api/{method}", self.api.call)
        app.router.add_post("/upload/{id}", self.api.upload)
        app.router.add_post("/response/{id}", self.api.respond)
        app.router.add_get("/link", self.links.open)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.workspace.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.deliveries.stop()
        self.links.cut()
        if self._runner is not None:
            await self._runner.cleanup()

    def post_to(self, url: str) -> None:
        """Deliver by HTTP from now on."""
        self.callbacks.url = url
        self.deliveries.carrier = self.callbacks

    def _happened(self, event: Body) -> None:
        if self.subscribed is not None and subscription(event) not in self.subscribed:
            return
        self.judge.event(event)
        self.deliveries.send(Delivery("events_api", envelope(event, self.workspace.team)))


def subscription(event: Body) -> str:
    """The name under which an app subscribes to this event."""
    if event["type"] != "message":
        return str(event["type"])
    return f"message.{ {'channel': 'channels', 'group': 'groups', 'im': 'im'}[event['channel_type']] }"


def envelope(event: Body, team: str = TEAM) -> Body:
    """An event with what stands around it."""
    installed = {"enterprise_id": None, "team_id": team, "user_id": BOT_USER, "is_bot": True, "is_enterprise_install": False}
    return {
        "token": "verification",
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": None,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{uuid4().hex[:9].upper()}",
        "event_time": int(float(event["event_ts"])),
        "authorizations": [installed],
        "is_ext_shared_channel": False,
        "event_context": f"4-{uuid4().hex}",
    }
