"""What Discord's gateway tells, as neutral events. Pure: every function takes one parsed payload, and what is known of channels.

Discord's pages: docs.discord.com/developers/events/gateway-events, /resources/message, /reference#message-formatting. All functions raise
KeyError, TypeError or ValueError for a payload without what Discord documents to be in it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from copbot.domain.heard import Commanded, Edited, Happening, Heard, Joined, Left, Reacted, Removed, Said
from copbot.domain.place import Person, Place
from copbot_discord.components import action_of, ids_in, value_of
from copbot_discord.marks import WORD_JOINER
from copbot_discord.names import DISCORD, instant, instant_of, person, place, version
from copbot_discord.where import Payload, Where
from copbot_discord.wording import ANSWER

MENTION = "mention:"
"""Interaction ids of mentions begin with this."""

DEFAULT, REPLY = 0, 19
PEOPLES = (DEFAULT, REPLY)
"""The types of message in which people say something; the others tell what happened to a channel, or are a bot's."""

SPOKEN_FOR = re.compile(r"\*\*.+?\*\*: ", re.DOTALL)
"""How a message begins that copbot posted for somebody."""

_MENTIONED = re.compile(r"<@!?([0-9]+)>")
_TOKEN = re.compile(r"<(?:(@!?|@&|#)([0-9]+)|a?(:\w+:)[0-9]+|t:(-?[0-9]{1,12})(?::[A-Za-z])?|(/[^:<>]+):[0-9]+)>")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class Me:
    """Who copbot is, by Discord's ids: its account and its application.

    ``reads``: whether Discord shows it what people write. Where it does not, who mentions copbot is heard, and only what begins with one of
    the ``verbs`` is a command.
    """

    user: str
    application: str = ""
    reads: bool = True
    verbs: frozenset[str] = frozenset()


def heard(event: str, data: Payload, me: Me, where: Where, now: datetime) -> Heard | None:
    """One event of the gateway; None for what copbot itself, another bot or Discord did, and for kinds not in use.

    ``now`` is when it came, for what Discord does not say the time of. What was bulk-deleted, and who came or left, is more than one event:
    ``all_removed`` and ``moved`` tell it. When a moderator takes all reactions off a message, Discord does not say whose they were.
    """
    read = _EVENTS.get(event)
    return None if read is None else read(data, me, where, now)


def said(data: Payload, me: Me, where: Where) -> Heard | None:
    """MESSAGE_CREATE: what somebody said; a command, if they said it to copbot."""
    if not _by_a_person(data):
        return None
    rest = _said_to(data["content"], me)
    if rest is not None and _is_command(rest, me):
        return _commanded(data, rest, where)
    return _said(data, stands(data, where), me, where) if _says_something(data) else None


def from_history(message: Payload, at: Place, me: Me, where: Where) -> Happening | None:
    """A message as ``GET /channels/{id}/messages`` shows it at this place: its last edit, or what was said.

    None for what no person said, unless copbot posted it for them. What was said to copbot is not said to it again.
    """
    if (by := spoken_for(message, me)) is not None:
        return Said(instant(message["id"]), at, by, message["id"], own_words(message["content"]))
    if not _by_a_person(message) or not _says_something(message):
        return None
    rest = _said_to(message["content"], me)
    if rest is not None and _is_command(rest, me):
        return None
    return _edited(message, at, me, where) if message.get("edited_timestamp") else _said(message, at, me, where)


def all_removed(data: Payload, where: Where, now: datetime) -> Iterator[Removed]:
    """MESSAGE_DELETE_BULK: what a moderator took away at once."""
    at = stands(data, where)
    return (Removed(now, at, id) for id in data["ids"])


def moved(event: str, data: Payload, me: Me, where: Where, now: datetime) -> Iterator[Joined | Left]:
    """GUILD_MEMBER_ADD and _REMOVE: somebody came to the channels in use in a server, or left them."""
    user = data["user"]
    if user.get("bot") or user["id"] == me.user:
        return
    who, name = person(user["id"]), name_of(user, data)
    for channel in where.in_use(data["guild_id"]):
        yield Joined(now, channel, who, name) if event == "GUILD_MEMBER_ADD" else Left(now, channel, who)


def spoken_for(message: Payload, me: Me) -> Person | None:
    """For whom copbot posted this message, if it did."""
    return by_form(message) if message["author"]["id"] == me.user else None


def by_form(message: Payload) -> Person | None:
    """Who wrote a message of copbot's in its form, if somebody did."""
    ids = ids_in(message.get("components") or ())
    return next((person(value_of(id)) for id in ids if action_of(id) == ANSWER and value_of(id)), None)


def name_of(user: Payload, member: Payload | None = None) -> str:
    """What people call somebody: their name in the server, else the one they chose to be shown, else their login."""
    return (member.get("nick") if member else None) or user.get("global_name") or user.get("username") or ""


def plain(text: str, where: Where) -> str:
    """Discord's text in words: channels, emoji, times and commands by name, people by account (``@80351110224678912``)."""
    return _TOKEN.sub(lambda found: _spoken(found, where), text) if "<" in text else text


def own_words(content: str) -> str:
    """What somebody wrote in copbot's form, out of what was rendered of it (``marks``)."""
    return _ESCAPED.sub(r"\1", SPOKEN_FOR.sub("", content, count=1)).replace(WORD_JOINER, "")


def _changed(data: Payload, me: Me, where: Where, _: datetime) -> Edited | None:
    """MESSAGE_UPDATE: Discord sends the same where it unfurls a link, where somebody pins a message, and where a thread begins."""
    if not data.get("edited_timestamp") or "author" not in data or not _by_a_person(data) or not _says_something(data):
        return None
    rest = _said_to(data["content"], me)
    return None if rest is not None and _is_command(rest, me) else _edited(data, stands(data, where), me, where)


def _removed(data: Payload, _: Me, where: Where, now: datetime) -> Removed:
    return Removed(now, stands(data, where), data["id"])


def _reacted(data: Payload, me: Me, where: Where, now: datetime, *, on: bool) -> Reacted | None:
    if data["user_id"] == me.user or _user_of(data).get("bot"):
        return None
    return Reacted(now, stands(data, where), person(data["user_id"]), data["message_id"], _emoji(data["emoji"]), on)


_EVENTS: Mapping[str, Callable[[Payload, Me, Where, datetime], Heard | None]] = {
    "MESSAGE_CREATE": lambda data, me, where, _: said(data, me, where),
    "MESSAGE_UPDATE": _changed,
    "MESSAGE_DELETE": _removed,
    "MESSAGE_REACTION_ADD": lambda data, me, where, now: _reacted(data, me, where, now, on=True),
    "MESSAGE_REACTION_REMOVE": lambda data, me, where, now: _reacted(data, me, where, now, on=False),
}


def _said(message: Payload, at: Place, me: Me, where: Where) -> Said:
    id, author = message["id"], message["author"]
    return Said(
        instant(id),
        at,
        Person(DISCORD, author["id"]),
        id,
        _text(message, me, where),
        _mentions(message["content"], me),
        _replies_to(message),
        bool(message.get("attachments")),
        name_of(author, message.get("member")),
    )


def _edited(message: Payload, at: Place, me: Me, where: Where) -> Edited:
    id, author, edited = message["id"], message["author"], message["edited_timestamp"]
    return Edited(
        instant_of(edited),
        at,
        person(author["id"]),
        id,
        _text(message, me, where),
        version(edited),
        instant(id),
        _mentions(message["content"], me),
        _replies_to(message),
        name_of(author, message.get("member")),
    )


def _commanded(message: Payload, rest: str, where: Where) -> Commanded:
    """A message that begins with copbot's name is said to copbot."""
    id, author = message["id"], message["author"]
    name = name_of(author, message.get("member"))
    asked = f"{MENTION}{message['channel_id']}:{id}"
    return Commanded(asked, instant(id), stands(message, where), person(author["id"]), plain(rest, where), name=name)


def _by_a_person(message: Payload) -> bool:
    author = message["author"]
    return message["type"] in PEOPLES and not author.get("bot") and not author.get("system") and "webhook_id" not in message


def _says_something(message: Payload) -> bool:
    """Whether there is anything of their own in it. Of what copbot may not read Discord shows nothing; a forward is somebody else's."""
    return bool(message["content"] or message.get("attachments") or message.get("sticker_items"))


def _said_to(content: str, me: Me) -> str | None:
    """What follows copbot's name at the beginning of a message; None if it does not begin so."""
    text = content.lstrip()
    found = _MENTIONED.match(text) if text.startswith("<@") else None
    return None if found is None or found[1] != me.user else text[found.end() :].lstrip(" \n\t:,")


def _is_command(rest: str, me: Me) -> bool:
    return me.reads or rest.partition(" ")[0].casefold() in me.verbs


def _text(message: Payload, me: Me, where: Where) -> str:
    content: str = message["content"]
    if not me.reads and (rest := _said_to(content, me)) is not None:
        content = rest
    if not content:
        return " ".join(f":{sticker['name']}:" for sticker in message.get("sticker_items") or ())
    return plain(content, where)


def _mentions(content: str, me: Me) -> tuple[Person, ...]:
    if "<@" not in content:
        return ()
    return tuple(person(user) for user in dict.fromkeys(_MENTIONED.findall(content)) if user != me.user)


def _replies_to(message: Payload) -> str | None:
    """Type 0 of a reference is a reply; others are forwards (https://docs.discord.com/developers/resources/message#message-reference)."""
    reference = message.get("message_reference") if message["type"] == REPLY else None
    return reference.get("message_id") if reference and not reference.get("type") else None


def _spoken(found: re.Match[str], where: Where) -> str:
    kind, id, emoji, moment, command = found.groups()
    match kind:
        case "@" | "@!":
            return f"@{id}"
        case "@&":
            return "@role"
        case "#":
            return f"#{where.name(id)}"
    if moment:
        return _clock(int(moment)) or found[0]
    return str(emoji or command)


def _clock(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
    except (OverflowError, OSError, ValueError):
        return ""


def _emoji(emoji: Payload) -> str:
    """An emoji as itself; a server's own by name. One that was deleted has none."""
    return f":{emoji.get('name') or 'emoji'}:" if emoji.get("id") else emoji["name"]


def _user_of(data: Payload) -> Payload:
    return (data.get("member") or {}).get("user") or {}


def stands(data: Payload, where: Where) -> Place:
    """Where something happened. Private messages are of no server; of a server's channels Discord tells before anything happens in them."""
    id = data["channel_id"]
    return where.place(id) or place(id)
