"""What copbot asks of a workspace: scopes, events, its command, and its entries in the menu of a message.

A manifest is pasted at api.slack.com/apps and makes the app in one go: https://docs.slack.dev/reference/app-manifest. Which scope a method
needs is written on its page: https://docs.slack.dev/reference/methods.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from copbot.kit.phrases import cut
from copbot.ports.platform import CommandSpec

COMMAND = "/cop"
PATH = "/slack/events"
"""Where Slack sends events, commands and presses in HTTP mode."""
INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
"""Where a workspace's owner sets out to install copbot, where there are many, and where Slack sends them back to."""

SCOPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "app_mentions:read": "hear what somebody says to @copbot, since commands do not work in threads",
        "channels:history": "hear what is said in the public channels it was invited to, and read there what it missed while it was away",
        "channels:read": "see who joins or leaves those channels, and whether it is a member there before a chat needs it",
        "chat:write": "post announcements, questions and answers to commands, and change or delete its own posts",
        "commands": "offer /cop, and its entries in the menu of a message",
        "files:write": "attach what somebody asked for: an entry for their calendar, a transcript, a copy of what is kept about them",
        "groups:history": "the same as channels:history for the private channels it was invited to",
        "groups:read": "the same as channels:read for those private channels",
        "im:history": "hear what people write to copbot itself, such as their reflections after a chat",
        "im:write": "write first to one person: reflections they asked for, what only they may read, and hosts without a channel",
        "pins:write": "mark for everybody the message that a host pins for the summary",
        "reactions:read": "hear reactions to what was said; nothing is kept of them",
        "reactions:write": "put a reaction on a message where words would be too much",
        "users:read": "know people's names and time zones",
    }
)
"""Scope of the bot's token -> what copbot needs it for."""

EVENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "app_home_opened": "",
        "app_mention": "app_mentions:read",
        "member_joined_channel": "channels:read",
        "member_left_channel": "channels:read",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "message.im": "im:history",
        "reaction_added": "reactions:read",
        "reaction_removed": "reactions:read",
    }
)
"""Event -> the scope it needs; those about channels need ``groups:read`` for private ones."""

EVENTS_OF_MANY: Final[Sequence[str]] = ("app_uninstalled", "tokens_revoked")
"""Events that end an installation: asked for with an address, where there may be many workspaces. They need no scope."""

_HISTORY = ("channels:history", "groups:history", "im:history")
METHODS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "apps.connections.open": (),  # with the app-level token, whose one scope is connections:write
        "apps.manifest.export": (),  # with an app configuration token
        "auth.test": (),
        "bots.info": ("users:read",),
        "chat.delete": ("chat:write",),
        "chat.postEphemeral": ("chat:write",),
        "chat.postMessage": ("chat:write",),
        "chat.update": ("chat:write",),
        "conversations.history": _HISTORY,
        "conversations.info": ("channels:read", "groups:read"),
        "conversations.open": ("im:write",),
        "conversations.replies": _HISTORY,
        "files.completeUploadExternal": ("files:write",),
        "files.delete": ("files:write",),
        "files.getUploadURLExternal": ("files:write",),
        "pins.add": ("pins:write",),
        "reactions.add": ("reactions:write",),
        "users.info": ("users:read",),
        "views.open": (),
        "views.publish": (),
        "views.update": (),
    }
)
"""Method of the Web API in use -> the scopes it needs, each for its kind of conversation."""

_FIRST = ("upcoming", "schedule", "privacy", "help")
_MENU_MOST, _NAME_MOST, _SUMMARY_MOST, _SHORTCUTS_MOST = 24, 35, 150, 10
_WHAT_IT_IS = "Hosts the discussions of a community of practice"
_WHAT_IT_DOES = (
    "copbot hosts chats in which people learn from each other's practice. It announces them, posts each question on time in a thread of "
    "its own, keeps the answers together, and helps the hosts. It hears only the channels it is invited to and what people write to it "
    "directly. What it keeps follows the community's own rules: /cop privacy shows everybody what that is, and changes it."
)


def manifest(commands: Sequence[CommandSpec], *, socket: bool, url: str = "", name: str = "copbot") -> dict[str, Any]:
    """The app's manifest as plain values, ready for YAML or JSON.

    ``socket``: Slack is asked over sockets, and needs no address of copbot's; else ``url`` is where copbot's pages are on the internet.
    ``name`` is what people see, cut at Slack's 35 characters.
    """
    here = url.rstrip("/")
    address = {} if socket else {"request_url": f"{here}{PATH}"}
    redirect = {} if socket else {"redirect_urls": [f"{here}{REDIRECT}"]}
    events = sorted(EVENTS if socket else (*EVENTS, *EVENTS_OF_MANY))
    called = cut(name, _NAME_MOST)
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": called,
            "description": _WHAT_IT_IS,
            "long_description": _WHAT_IT_DOES,
            "background_color": "#1f4e4a",
        },
        "features": _features(commands, called, address.get("request_url", "")),
        "oauth_config": {**redirect, "scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {**address, "bot_events": events},
            "interactivity": {"is_enabled": True, **address},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }


def missing(granted: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The scopes that a token lacks, each with what copbot needs it for."""
    has = frozenset(granted)
    yield from ((scope, reason) for scope, reason in SCOPES.items() if scope not in has)


def _features(commands: Sequence[CommandSpec], name: str, address: str) -> dict[str, Any]:
    verbs = {spec.verb for spec in commands}
    hint = " | ".join(verb for verb in _FIRST if verb in verbs)
    in_menu = [spec for spec in commands if spec.on_message][:_SHORTCUTS_MOST]
    command = {
        "command": COMMAND,
        "description": "Plan, host and look after chats",
        **({"usage_hint": hint} if hint else {}),
        **({"url": address} if address else {}),
        "should_escape": False,
    }
    return {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": name, "always_online": True},
        "slash_commands": [command],
        **({"shortcuts": [_shortcut(spec) for spec in in_menu]} if in_menu else {}),
    }


def _shortcut(spec: CommandSpec) -> dict[str, Any]:
    summary = f"{spec.summary[:1].upper()}{spec.summary[1:]}"
    return {
        "name": cut(spec.on_message, _MENU_MOST),
        "type": "message",
        "callback_id": spec.verb,
        "description": cut(summary, _SUMMARY_MOST),
    }
