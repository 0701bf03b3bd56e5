"""INTERACTION_CREATE: what people do to commands, menus, buttons and forms, told apart and handed over."""

from collections.abc import Mapping

import structlog

from copbot.domain.heard import Interaction
from copbot.domain.place import Place
from copbot.errors import PlatformError
from copbot.ports.platform import CommandSpec, Inbox
from copbot_discord import acting
from copbot_discord.acting import BUTTON, PRESS, SUBMISSION
from copbot_discord.answering import OWN, Answers
from copbot_discord.channels import Channels
from copbot_discord.components import action_of, value_of
from copbot_discord.kept import Kept
from copbot_discord.names import DISCORD
from copbot_discord.reduced import Reduced
from copbot_discord.where import Payload
from copbot_discord.wording import ANSWER

log = structlog.get_logger(__name__)


class Interactions:
    """What people do, on its way to the core; and to the adapter, for its own buttons."""

    def __init__(self, channels: Channels, kept: Kept, answers: Answers, reduced: Reduced, commands: tuple[CommandSpec, ...]) -> None:
        self._channels = channels
        self._where = channels.where
        self._kept = kept
        self._answers = answers
        self._reduced = reduced
        self._menu: Mapping[str, str] = {spec.on_message: spec.verb for spec in commands if spec.on_message}

    async def take(self, payload: Payload, inbox: Inbox) -> None:
        """Hand it over and answer it. Raises KeyError, TypeError or ValueError for what is not as Discord documents it."""
        at = await self._at(payload)
        action = action_of(payload.get("data", {}).get("custom_id", ""))
        try:
            if action in OWN:
                await self._answers.open_own(payload, acting.who(payload).id, value_of(payload["data"]["custom_id"]))
            elif action == ANSWER:
                await self._answer(payload, at, inbox)
            elif (heard := await self._heard(payload)) is not None:
                await self._answers.take(heard, payload, inbox)
        except PlatformError as error:
            log.warning("Somebody could not be told", action="tell_failed", platform=DISCORD, reason=error.reason)

    async def _answer(self, payload: Payload, at: Place, inbox: Inbox) -> None:
        if payload["type"] == PRESS:
            await self._reduced.ask(payload, at)
        elif payload["type"] == SUBMISSION:
            await self._reduced.take(acting.submission(payload, self._where, value_of(payload["data"]["custom_id"])), payload, inbox)

    async def _heard(self, payload: Payload) -> Interaction | None:
        match payload["type"]:
            case acting.COMMAND:
                return acting.command(payload, self._where, self._menu)
            case acting.TYPING:
                return acting.completing(payload, self._where)
            case acting.PRESS if payload["data"]["component_type"] == BUTTON:
                return acting.press(payload, self._where, await self._kept.value_of(payload["data"]["custom_id"]))
            case acting.SUBMISSION:
                return acting.submission(payload, self._where, await self._kept.value_of(payload["data"]["custom_id"]))
            case _:
                return None

    async def _at(self, payload: Payload) -> Place:
        """Where it was done; Discord tells with it what channel that is."""
        if payload.get("channel"):
            self._where.learn(payload["channel"])
        if payload.get("guild_id"):
            await self._channels.find(payload["channel_id"])
        at = acting.stands(payload, self._where)
        if payload.get("guild_id"):
            self._where.use(payload["guild_id"], at.channel)
        return at
