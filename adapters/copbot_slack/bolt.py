"""slack-bolt's part: telling commands, shortcuts, buttons and forms apart, and checking where they come from.

Messages and other events do not come by here: they are taken ahead of Bolt's middleware, at a fraction of its cost.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from copbot_slack.answering import OFFERED
from copbot_slack.hearing import Me
from copbot_slack.intake import Intake
from copbot_slack.names import SLACK
from copbot_slack.rendering import action_of
from copbot_slack.rich_text import Element
from copbot_slack.settings import SlackSettings

COMMAND = "/cop"
ANY = re.compile("")
QUIET = logging.Logger("slack_bolt", logging.CRITICAL)
"""Bolt's own log has payloads in it, at levels that somebody may switch on."""

Body = Mapping[str, Any]
log = structlog.get_logger(__name__)


def make_app(settings: SlackSettings, me: Me, intake: Intake) -> AsyncApp:
    """The Bolt app of one run. It acknowledges after its listeners, and what they raise is not acknowledged."""

    async def authorize(**_: Any) -> AuthorizeResult:  # noqa: ANN401 - Bolt passes what it likes
        return AuthorizeResult(enterprise_id=None, team_id=me.team, bot_user_id=me.user, bot_id=me.bot, bot_token=settings.bot_token)

    app = AsyncApp(
        logger=QUIET,
        client=AsyncWebClient(base_url=settings.api_url, logger=QUIET),
        authorize=authorize,
        process_before_response=True,
        signing_secret=settings.signing_secret,
        request_verification_enabled=settings.mode == "http",
        ignoring_self_events_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.command(COMMAND)(_acknowledged(intake.command))
    app.shortcut({"type": "message_action", "callback_id": ANY})(_acknowledged(intake.shortcut))
    app.action({"type": "block_actions", "action_id": ANY})(_acknowledged(_press(intake)))
    app.view({"type": "view_submission", "callback_id": ANY})(_acknowledged(intake.submission))
    _ignore_the_rest(app)
    app.error(_failed)
    return app


def _acknowledged(take: Callable[[Body], Awaitable[Element]]) -> Callable[..., Awaitable[None]]:
    async def listener(ack: AsyncAck, body: Body) -> None:
        await ack(**await take(body))

    return listener


def _press(intake: Intake) -> Callable[[Body], Awaitable[Element]]:
    """A link that looks like a button needs nothing but to be acknowledged."""

    async def press(body: Body) -> Element:
        action = body["actions"][0]
        if action.get("url") or action["type"] != "button":
            return {}
        if action_of(action["action_id"]) == OFFERED:
            await intake.answers.open_offered(body)
            return {}
        return await intake.press(body)

    return press


def _ignore_the_rest(app: AsyncApp) -> None:
    """What nobody acknowledges counts as a failure of the app, and people see a warning sign."""

    async def ignore(ack: AsyncAck) -> None:
        await ack()

    app.command(ANY)(ignore)
    app.shortcut(ANY)(ignore)
    app.view({"type": "view_closed", "callback_id": ANY})(ignore)
    app.options({"type": "block_suggestion", "action_id": ANY})(ignore)
    app.event(ANY)(ignore)


async def _failed(error: Exception) -> BoltResponse:
    log.error("An interaction was not taken", action="interaction_failed", platform=SLACK, error=type(error).__name__)
    return BoltResponse(status=500, body="")
