"""Who copbot is on Discord, and what its application may see: asked once."""

from dataclasses import dataclass

import structlog

from copbot_discord.hearing import Me
from copbot_discord.invite import allowed
from copbot_discord.names import DISCORD
from copbot_discord.sending import Call
from copbot_discord.web import Answer, Web
from copbot_discord.wording import NO_CONTENT

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """copbot's own ids, and the intents that its application is granted."""

    me: Me
    intents: frozenset[str]


class Account:
    """What ``GET /applications/@me`` says of the bot's token. It changes only by hand, in Discord's portal.

    ``verbs`` are the commands that somebody who mentions copbot can mean.
    """

    def __init__(self, web: Web, verbs: frozenset[str] = frozenset()) -> None:
        self._web = web
        self._verbs = verbs
        self._known: Known | None = None

    async def known(self) -> Known:
        """Who copbot is. Raises NotAuthenticated, or TryLater while Discord does not say it."""
        if self._known is None:
            self._known = known_from(await self._web.read(Call("GET", "/applications/@me")), self._verbs)
            if not self._known.me.reads:
                log.warning("copbot may not read what people write", action="not_reading", platform=DISCORD, remedy=NO_CONTENT.remedy)
        return self._known


def known_from(application: Answer, verbs: frozenset[str] = frozenset()) -> Known:
    """Who copbot is, out of an application as Discord shows it."""
    intents = allowed(int(application.get("flags") or 0))
    bot = (application.get("bot") or {}).get("id") or application["id"]  # the account of an old application has an id of its own
    return Known(Me(bot, application["id"], "MESSAGE_CONTENT" in intents, verbs), intents)
