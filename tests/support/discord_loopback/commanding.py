"""What a person types after a slash, as Discord's client takes it apart: the commands that the bot registered, and their options."""

import re
from collections.abc import Mapping

from discord_loopback.model import Body
from discord_loopback.world import World

OPTION = re.compile(r'(\w[-\w]*)=(?:"([^"]*)"|(\S+))')
FREE, MORE, WHICH = "words", "more", "command"
SUBCOMMAND, STRING = 1, 3


class CannotType(Exception):
    """Discord's client offers no such command, or does not take this."""


def command(world: World, name: str, type: int = 1) -> Body:
    """A command that the bot registered."""
    for one in world.commands:
        if (one["name"], one["type"]) == (name, type):
            return one
    raise CannotType(f"nothing is registered as {name}")


def typed(world: World, name: str, text: str) -> Body:
    """``data`` of the interaction for ``/name text``. What the client does not offer by itself is looked for behind ``more``."""
    registered = command(world, name)
    verb, _, rest = text.strip().partition(" ")
    subcommands = {one["name"]: one for one in registered["options"] if one["type"] == SUBCOMMAND}
    if verb in subcommands:
        options = options_of(subcommands[verb], rest)
    elif MORE in subcommands:
        values = {WHICH: verb} | ({FREE: rest} if rest.strip() else {})
        options, verb = _checked(subcommands[MORE], values), MORE
    else:
        raise CannotType(f"/{name} has no {verb!r}")
    inside = {"name": verb, "type": SUBCOMMAND, "options": options}
    return {"id": registered["id"], "name": name, "type": 1, "options": [inside]}


def options_of(subcommand: Body, text: str) -> list[Body]:
    """``name=value`` for options that there are, and the rest for the one that takes words."""
    known = {one["name"] for one in subcommand.get("options") or ()}
    values: dict[str, str] = {}

    def take(match: re.Match[str]) -> str:
        if match[1] not in known:
            return match[0]
        values[match[1]] = match[2] if match[2] is not None else match[3]
        return ""

    rest = " ".join(OPTION.sub(take, text).split()) if OPTION.search(text) else text.strip()
    return _checked(subcommand, values | ({FREE: rest} if rest else {}))


def _checked(subcommand: Body, values: Mapping[str, str]) -> list[Body]:
    options = {one["name"]: one for one in subcommand.get("options") or ()}
    if unknown := set(values) - set(options):
        raise CannotType(f"{subcommand['name']} takes no {sorted(unknown)}, only {sorted(options)}")
    for name, one in options.items():
        if one.get("required") and not values.get(name):
            raise CannotType(f"{subcommand['name']} wants {name}")
        if one.get("choices") and name in values and values[name] not in [choice["value"] for choice in one["choices"]]:
            raise CannotType(f"{subcommand['name']} has no choice {values[name]!r} for {name}")
    return [{"name": name, "type": options[name]["type"], "value": value} for name, value in values.items()]


def completing(world: World, name: str, verb: str, option: str, text: str, others: Mapping[str, str]) -> Body:
    """``data`` of the interaction that asks for choices while somebody types."""
    registered = command(world, name)
    [subcommand] = [one for one in registered["options"] if one["name"] == verb]
    [field] = [one for one in subcommand["options"] if one["name"] == option]
    if not field.get("autocomplete"):
        raise CannotType(f"{verb} {option} does not autocomplete")
    options: list[Body] = [*({"name": key, "type": STRING, "value": value} for key, value in others.items())]
    options.append({"name": option, "type": field["type"], "value": text, "focused": True})
    inside = {"name": verb, "type": SUBCOMMAND, "options": options}
    return {"id": registered["id"], "name": name, "type": 1, "options": [inside]}
