"""What people do with the bot: commands, buttons, menus of messages, modals."""

from collections.abc import Mapping

from discord_loopback import commanding
from discord_loopback.filling import channels_in, people_in, submitted, type_in
from discord_loopback.model import DIRECT, Body, Interaction, Message, Wrong
from discord_loopback.reading import label_of, pressables
from discord_loopback.routes_interactions import AUTOCOMPLETE, COMMAND, COMPONENT, SUBMISSION
from discord_loopback.shapes import channel_shape, interaction_shape, member_shape, message_shape, user_shape
from discord_loopback.world import World


def slash(world: World, user: str, channel: str, text: str, name: str = "cop") -> Interaction:
    """Type a command in a channel or in a thread."""
    return _begin(world, COMMAND, user, channel, commanding.typed(world, name, text))


def complete(world: World, user: str, channel: str, verb: str, option: str, text: str, others: Mapping[str, str]) -> Interaction:
    """Type into an option that offers choices."""
    return _begin(world, AUTOCOMPLETE, user, channel, commanding.completing(world, "cop", verb, option, text, others))


def shortcut(world: World, user: str, message: Message, name: str) -> Interaction:
    """Choose an entry of a message's menu. The bot is given what it says whatever its intents."""
    registered = commanding.command(world, name, 3)
    granted, world.granted = world.granted, {*world.granted, "MESSAGE_CONTENT"}
    shape = message_shape(world, message)
    world.granted = granted
    data = {"id": registered["id"], "name": name, "type": 3, "target_id": message.id, "resolved": {"messages": {message.id: shape}}}
    return _begin(world, COMMAND, user, message.channel, data)


def press(world: World, user: str, message: Message, label: str) -> Interaction:
    """Press the button with this label."""
    [button] = [one for one in pressables(message.components) if label_of(one) == label]
    if button.get("disabled"):
        raise commanding.CannotType(f"{label} cannot be pressed")
    data = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
    return _begin(world, COMPONENT, user, message.channel, data, message)


def submit(world: World, user: str, fields: Mapping[str, str]) -> Interaction:
    """Fill in the modal in front and submit it; it closes."""
    modal = world.fronts_of(user)[-1]
    type_in(modal, fields)
    people, channels = people_in(modal), channels_in(modal)
    users = {id: user_shape(world.user(id)) for id in people}
    members = {id: member_shape(world, world.user(id), with_user=False) | {"permissions": "0"} for id in people if id in world.members}
    named = {id: channel_shape(world, world.channel(id)) | {"permissions": "0"} for id in channels}
    resolved = {"users": users, "members": members, "channels": named}
    data = {"custom_id": modal.body["custom_id"], "components": submitted(modal), "resolved": {k: v for k, v in resolved.items() if v}}
    world.fronts_of(user).pop()
    return _begin(world, SUBMISSION, user, modal.channel, data, modal.source)


def _begin(world: World, type: int, user: str, channel: str, data: Body, source: Message | None = None) -> Interaction:
    place = world.channel(channel)
    if place.type != DIRECT and not world.may(user, place, "VIEW_CHANNEL"):
        raise Wrong(403, 50001, "Missing Access")
    interaction = world.begin(type, user, channel, source)
    world.events("INTERACTION_CREATE", interaction_shape(world, interaction, data), None)
    return interaction
