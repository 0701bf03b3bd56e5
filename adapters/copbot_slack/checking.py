"""What would go wrong in a channel: asked before the first chat needs it.

What Slack documents and this rests on: every answer's header ``x-oauth-scopes`` names what the token may do; ``conversations.info`` says
whether the bot ``is_member`` and the channel ``is_archived``, and does not know a private channel that the bot is not in
(https://docs.slack.dev/reference/methods/conversations.info). Which events the app is subscribed to only an app configuration token shows,
which people make for themselves and which lasts for 12 hours (https://docs.slack.dev/reference/methods/apps.manifest.export).
"""

from collections.abc import Iterator, Sequence

from copbot.domain.place import Place
from copbot.errors import NotAuthenticated, Refused
from copbot.kit.markdown import plain
from copbot.ports.platform import Finding
from copbot_slack.account import Account
from copbot_slack.errors import ADD_SCOPE
from copbot_slack.manifest import COMMAND, EVENTS, EVENTS_OF_MANY, SCOPES, missing
from copbot_slack.settings import SlackSettings
from copbot_slack.web import Answer, Web

AT = "at api.slack.com/apps"
SUBSCRIBE = f"Add it {AT} -> Event Subscriptions -> Subscribe to bot events, save, and reinstall the app."
NEW_TOKEN = f"Make a new one {AT} -> Your App Configuration Tokens; it lasts for 12 hours."
HOME, ENDS = "show people their own page", "know that a workspace has taken it away"


async def check(web: Web, account: Account, settings: SlackSettings, place: Place) -> Sequence[Finding]:
    """What is wrong, all of it, with how to mend it. Raises NotAuthenticated, or TryLater while Slack does not say it."""
    scopes = of_scopes(await web.scopes())
    app = await _app(web, account, settings) if settings.config_token else []
    return [*scopes, *app, *await _channel(web, place.channel)]


async def _app(web: Web, account: Account, settings: SlackSettings) -> Sequence[Finding]:
    bot = (await account.known()).me.bot
    try:
        app = (await web.read(lambda slack: slack.bots_info(bot=bot)))["bot"]["app_id"]
        answer = await web.read(lambda slack: slack.apps_manifest_export(app_id=app, token=settings.config_token))
    except Refused as refused:
        remedy = NEW_TOKEN if isinstance(refused, NotAuthenticated) else plain(refused.remedy)
        return [Finding(f"Slack does not show the app's configuration: {plain(refused.reason)}", remedy)]
    return list(of_manifest(answer["manifest"], many=settings.many))


def of_manifest(manifest: Answer, *, many: bool = False) -> Iterator[Finding]:
    """What an app's manifest lacks that no token shows: events, each with what copbot needs it for, the command, and its answers."""
    configured = manifest.get("settings") or {}
    told = (configured.get("event_subscriptions") or {}).get("bot_events") or ()
    for event in (*EVENTS, *(EVENTS_OF_MANY if many else ())):
        if event not in told:
            reason = ENDS if event in EVENTS_OF_MANY else SCOPES.get(EVENTS[event], HOME)
            yield Finding(f"Slack does not tell copbot of {event}, which it needs to {reason}", SUBSCRIBE)
    if COMMAND not in {one["command"] for one in (manifest.get("features") or {}).get("slash_commands") or ()}:
        yield Finding(f"the app has no {COMMAND}", f"Add it {AT} -> Slash Commands, or paste what copbot slack manifest prints.")
    if not (configured.get("interactivity") or {}).get("is_enabled"):
        yield Finding("Slack does not tell copbot of buttons and forms", f"Switch it on {AT} -> Interactivity & Shortcuts.")


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
