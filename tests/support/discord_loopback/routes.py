"""Every request that this Discord takes: its name in the published description, its address, what does it, and the status of success."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from discord_loopback import routes_interactions as interactions
from discord_loopback import routes_messages as messages
from discord_loopback import routes_reading as reading
from discord_loopback import routes_threads as threads
from discord_loopback.calls import Call
from discord_loopback.world import World

Do = Callable[[World, Call], Any]


@dataclass(frozen=True)
class Route:
    """``template`` is the address with the names of its ids."""

    operation: str
    method: str
    template: str
    do: Do
    status: int = 200

    @property
    def needs_token(self) -> bool:
        """Interactions carry a token of their own in the address."""
        return not self.template.startswith(("/interactions/", "/webhooks/"))


CHANNEL = "/channels/{channel_id}"
MESSAGE = CHANNEL + "/messages/{message_id}"
REACTION = MESSAGE + "/reactions/{emoji_name}"
GUILD = "/guilds/{guild_id}"
MEMBERS = GUILD + "/members"
EVENTS = GUILD + "/scheduled-events"
EVENT = EVENTS + "/{guild_scheduled_event_id}"
WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"

ROUTES = [
    Route("get_my_user", "GET", "/users/@me", reading.me),
    Route("list_my_guilds", "GET", "/users/@me/guilds", reading.guilds),
    Route("create_dm", "POST", "/users/@me/channels", reading.direct),
    Route("get_user", "GET", "/users/{user_id}", reading.user),
    Route("get_my_application", "GET", "/applications/@me", reading.application),
    Route("get_my_oauth2_application", "GET", "/oauth2/applications/@me", reading.application),
    Route("get_bot_gateway", "GET", "/gateway/bot", reading.gateway),
    Route("get_channel", "GET", CHANNEL, reading.channel),
    Route("update_channel", "PATCH", CHANNEL, reading.update_channel),
    Route("delete_channel", "DELETE", CHANNEL, reading.delete_channel),
    Route("create_message", "POST", CHANNEL + "/messages", messages.create),
    Route("list_messages", "GET", CHANNEL + "/messages", messages.listed),
    Route("list_pins", "GET", CHANNEL + "/messages/pins", messages.pins),
    Route("create_pin", "PUT", CHANNEL + "/messages/pins/{message_id}", messages.pin, 204),
    Route("delete_pin", "DELETE", CHANNEL + "/messages/pins/{message_id}", messages.unpin, 204),
    Route("deprecated_create_pin", "PUT", CHANNEL + "/pins/{message_id}", messages.pin, 204),
    Route("get_message", "GET", MESSAGE, messages.one),
    Route("update_message", "PATCH", MESSAGE, messages.update),
    Route("delete_message", "DELETE", MESSAGE, messages.delete, 204),
    Route("add_my_message_reaction", "PUT", REACTION + "/@me", messages.react, 204),
    Route("delete_my_message_reaction", "DELETE", REACTION + "/@me", messages.unreact, 204),
    Route("list_message_reactions_by_emoji", "GET", REACTION, messages.reacted),
    Route("create_thread_from_message", "POST", MESSAGE + "/threads", threads.from_message, 201),
    Route("create_thread", "POST", CHANNEL + "/threads", threads.create, 201),
    Route("list_public_archived_threads", "GET", CHANNEL + "/threads/archived/public", threads.archived),
    Route("join_thread", "PUT", CHANNEL + "/thread-members/@me", threads.join, 204),
    Route("add_thread_member", "PUT", CHANNEL + "/thread-members/{user_id}", threads.add, 204),
    Route("get_guild", "GET", GUILD, reading.guild),
    Route("list_guild_channels", "GET", GUILD + "/channels", reading.channels),
    Route("list_guild_roles", "GET", GUILD + "/roles", reading.roles),
    Route("get_active_guild_threads", "GET", GUILD + "/threads/active", threads.active),
    Route("list_guild_members", "GET", MEMBERS, reading.members),
    Route("search_guild_members", "GET", MEMBERS + "/search", reading.search),
    Route("get_guild_member", "GET", MEMBERS + "/{user_id}", reading.member),
    Route("list_guild_scheduled_events", "GET", EVENTS, reading.list_events),
    Route("create_guild_scheduled_event", "POST", EVENTS, reading.create_event),
    Route("get_guild_scheduled_event", "GET", EVENT, reading.get_event),
    Route("update_guild_scheduled_event", "PATCH", EVENT, reading.update_event),
    Route("delete_guild_scheduled_event", "DELETE", EVENT, reading.delete_event, 204),
    Route("list_application_commands", "GET", "/applications/{application_id}/commands", interactions.commands),
    Route("bulk_set_application_commands", "PUT", "/applications/{application_id}/commands", interactions.set_commands),
    Route(
        "create_interaction_response",
        "POST",
        "/interactions/{interaction_id}/{interaction_token}/callback",
        interactions.callback,
    ),
    Route("execute_webhook", "POST", WEBHOOK, interactions.follow),
    Route("get_original_webhook_message", "GET", WEBHOOK + "/messages/@original", interactions.get),
    Route("update_original_webhook_message", "PATCH", WEBHOOK + "/messages/@original", interactions.update),
    Route("delete_original_webhook_message", "DELETE", WEBHOOK + "/messages/@original", interactions.delete, 204),
    Route("update_webhook_message", "PATCH", WEBHOOK + "/messages/{message_id}", interactions.update),
    Route("delete_webhook_message", "DELETE", WEBHOOK + "/messages/{message_id}", interactions.delete, 204),
]
_PATTERNS = [(route, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(route.template)))) for route in ROUTES]


def route_of(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The request that this is, with the ids of its address; addresses without ids come first."""
    for route, pattern in sorted(_PATTERNS, key=lambda one: one[0].template.count("{")):
        if route.method == method and (found := pattern.fullmatch(path)):
            return route, found.groupdict()
    return None
