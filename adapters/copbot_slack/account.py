"""Who copbot is in its workspace: asked once."""

from dataclasses import dataclass

from copbot_slack.hearing import Me
from copbot_slack.web import Answer, Web


@dataclass(frozen=True, slots=True)
class Known:
    """copbot's own ids, and the workspace's address (``https://acme.slack.com/``), which links to threads need."""

    me: Me
    workspace: str


class Account:
    """What ``auth.test`` says of the bot's token. It does not change while the token stands."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._known: Known | None = None

    async def known(self) -> Known:
        """Who copbot is. Raises NotAuthenticated, or TryLater while Slack does not say it."""
        if self._known is None:
            self._known = known_from(await self._web.read(lambda slack: slack.auth_test()))
        return self._known


def known_from(answer: Answer) -> Known:
    """Who copbot is, out of an answer of ``auth.test``."""
    me = Me(answer["user_id"], answer.get("bot_id", ""), answer.get("team_id", ""), answer.get("app_id", ""))
    return Known(me, answer.get("url", ""))
