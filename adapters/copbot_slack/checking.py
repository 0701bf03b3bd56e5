"""What would go wrong in a channel: asked before the first chat needs it.

What Slack documents and this rests on: every answer's header ``x-oauth-scopes`` names what the token may do; ``conversations.info`` says
whether the bot ``is_member`` and the channel ``is_archived``, and does not know a private channel that the bot is not in
(https://docs.slack.dev/reference/methods/conversations.info). Which events the app is subscribed to cannot be asked with its token.
"""

from collections.abc import Iterator, Sequence

from copbot.domain.place import Place
from copbot.errors import Refused
from copbot.kit.markdown import plain
from copbot.ports.platform import Finding
from copbot_slack.errors import ADD_SCOPE
from copbot_slack.manifest import missing
from copbot_slack.web import Answer, Web


async def check(web: Web, place: Place) -> Sequence[Finding]:
    """What is wrong, all of it, with how to mend it. Raises NotAuthenticated, or TryLater while Slack does not say it."""
    return [*of_scopes(await web.scopes()), *await _channel(web, place.channel)]


async def _channel(web: Web, channel: str) -> Sequence[Finding]:
    try:
        answer = await web.read(lambda slack: slack.conversations_info(channel=channel), channel)
    except Refused as refused:
        return [Finding(plain(refused.reason), plain(refused.remedy))]
    return list(of_channel(answer["channel"]))


def of_scopes(granted: frozenset[str]) -> Iterator[Finding]:
    """The scopes that a token lacks, with what copbot needs each for."""
    for scope, reason in missing(granted):
        yield Finding(f"copbot lacks the permission {scope}: to {reason}", ADD_SCOPE.format(needed=scope))


def of_channel(channel: Answer) -> Iterator[Finding]:
    """What is wrong with a channel, out of ``conversations.info``."""
    name = f"#{channel.get('name', channel['id'])}"
    if channel.get("is_archived"):
        yield Finding(f"{name} is archived", "Unarchive it, or name another channel in the community file.")
    elif not channel.get("is_im") and not channel.get("is_member"):
        yield Finding(f"copbot is not in {name}", f"Type /invite @copbot in {name}.")
