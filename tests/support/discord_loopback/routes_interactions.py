"""Requests that answer what people did: docs.discord.com/developers/interactions/receiving-and-responding."""

from collections.abc import Callable

from discord_loopback import talking
from discord_loopback.calls import Call, parts_of
from discord_loopback.model import CHAT_INPUT, EPHEMERAL, LOADING, Body, Interaction, Message, Modal, Wrong, invalid
from discord_loopback.routes_messages import change, unlocked
from discord_loopback.shapes import message_shape
from discord_loopback.world import APPLICATION, BOT_USER, World

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMISSION = 2, 3, 4, 5
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
ALLOWED = {
    COMMAND: {MESSAGE, DEFERRED, MODAL},
    COMPONENT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    SUBMISSION: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE},
}


def callback(world: World, call: Call) -> Body | None:
    """create_interaction_response: the one first answer, in time."""
    interaction = world.acknowledging(call.path["interaction_id"], call.path["interaction_token"])
    type, data = call.body["type"], call.body.get("data") or {}
    if type not in ALLOWED[interaction.type] or (type in {UPDATE, DEFERRED_UPDATE} and interaction.source is None):
        raise invalid("type", "INTERACTION_TYPE_INVALID", "Interaction callback type is invalid for the interaction type.")
    unlocked(world, world.channel(interaction.channel))  # discord-api-docs issue 5517
    ANSWERS[type](world, interaction, Call(call.path, call.query, data, call.files))
    interaction.answered = type
    return _resource(world, interaction) if call.query.get("with_response", "").lower() in {"1", "true"} else None


def _deferred_update(world: World, interaction: Interaction, call: Call) -> None:
    """The button's message stays as it is, until it is changed."""
    assert interaction.source is not None
    interaction.messages.append(interaction.source)


def _message(world: World, interaction: Interaction, call: Call) -> None:
    say(world, interaction, call)


def _deferred(world: World, interaction: Interaction, call: Call) -> None:
    flags = LOADING | int(call.body.get("flags") or 0) & EPHEMERAL
    _stand(world, interaction, Message(world.snowflake(), interaction.channel, BOT_USER, "", world.time.now(), CHAT_INPUT, flags=flags))


def _update(world: World, interaction: Interaction, call: Call) -> None:
    assert interaction.source is not None
    _change(world, interaction.source, call)
    interaction.messages.append(interaction.source)


def _choices(world: World, interaction: Interaction, call: Call) -> None:
    interaction.choices = call.body.get("choices") or []


def _modal(world: World, interaction: Interaction, call: Call) -> None:
    world.fronts[interaction.user] = [Modal(interaction.user, interaction.channel, call.body, interaction.source)]


ANSWERS: dict[int, Callable[[World, Interaction, Call], None]] = {
    MESSAGE: _message,
    DEFERRED: _deferred,
    DEFERRED_UPDATE: _deferred_update,
    UPDATE: _update,
    CHOICES: _choices,
    MODAL: _modal,
}


def say(world: World, interaction: Interaction, call: Call) -> Message:
    """Put an answer there: before everybody, or before the one person alone."""
    parts = parts_of(call, call.body)
    parts["flags"] |= int(call.body.get("flags") or 0) & EPHEMERAL
    content = (call.body.get("content") or "").strip()
    message = Message(world.snowflake(), interaction.channel, BOT_USER, content, world.time.now(), CHAT_INPUT, **parts)
    return _stand(world, interaction, message)


def _stand(world: World, interaction: Interaction, message: Message) -> Message:
    interaction.messages.append(message)
    message.webhook = APPLICATION
    if message.flags & EPHEMERAL:
        world.notices.append((interaction.user, message))
    else:
        talking.put(world, world.channel(interaction.channel), message)
    return message


def _change(world: World, message: Message, call: Call) -> None:
    message.flags &= ~LOADING
    change(world, world.channel(message.channel), message, call, quietly=bool(message.flags & EPHEMERAL))


def _resource(world: World, interaction: Interaction) -> Body:
    original = interaction.original
    shape: Body = {"id": interaction.id, "type": interaction.type, "channel_id": interaction.channel}
    if original is None:
        return {"interaction": shape}
    shape |= {
        "response_message_id": original.id,
        "response_message_loading": bool(original.flags & LOADING),
        "response_message_ephemeral": bool(original.flags & EPHEMERAL),
    }
    return {"interaction": shape, "resource": {"type": interaction.answered, "message": message_shape(world, original)}}


def follow(world: World, call: Call) -> Body:
    """execute_webhook: one more message; the first one after type 5 takes the place of what is loading."""
    interaction = _following(world, call)
    original = interaction.original
    if original is not None and original.flags & LOADING:
        _change(world, original, call)
        return message_shape(world, original)
    return message_shape(world, say(world, interaction, call))


def get(world: World, call: Call) -> Body:
    """get_original_webhook_message."""
    return message_shape(world, _mine(_following(world, call), call))


def update(world: World, call: Call) -> Body:
    """update_original_webhook_message, update_webhook_message."""
    message = _mine(_following(world, call), call)
    _change(world, message, call)
    return message_shape(world, message)


def delete(world: World, call: Call) -> None:
    """delete_original_webhook_message, delete_webhook_message."""
    interaction = _following(world, call)
    message = _mine(interaction, call)
    interaction.messages.remove(message)
    world.notices = [(user, one) for user, one in world.notices if one is not message]
    channel = world.channel(message.channel)
    if message.id in channel.messages:
        talking.delete(world, channel, message)


def _following(world: World, call: Call) -> Interaction:
    if call.path["webhook_id"] != APPLICATION:
        raise Wrong(404, 10015, "Unknown Webhook")
    return world.following(call.path["webhook_token"])


def _mine(interaction: Interaction, call: Call) -> Message:
    id = call.path.get("message_id", "@original")
    for one in interaction.messages:
        if id in {one.id, "@original"}:
            return one
    raise Wrong(404, 10008, "Unknown Message")


def commands(world: World, call: Call) -> list[Body]:
    """list_application_commands."""
    _own(call)
    return world.commands


def set_commands(world: World, call: Call) -> list[Body]:
    """bulk_set_application_commands: what is not named is no more; what kept its name keeps its id."""
    _own(call)
    known = {(one["type"], one["name"]): one["id"] for one in world.commands}
    world.commands = [_command(world, one, known.get((one.get("type", 1), one["name"]))) for one in call.body]
    return world.commands


def _command(world: World, asked: Body, id: str | None) -> Body:
    base: Body = {"type": 1, "description": "", "default_member_permissions": None, "nsfw": False, "options": []}
    given = {name: value for name, value in asked.items() if value is not None}
    return {**base, **given, "id": id or world.snowflake(), "application_id": APPLICATION, "version": world.snowflake()}


def _own(call: Call) -> None:
    if call.path["application_id"] != APPLICATION:
        raise Wrong(403, 20012, "You are not authorized to perform this action on this application")
