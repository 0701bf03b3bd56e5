"""What would go wrong in a channel: asked before the first chat needs it."""

from collections.abc import Iterator, Sequence

from copbot.domain.place import Place
from copbot.errors import Gone, Refused
from copbot.kit.markdown import plain
from copbot.ports.platform import Finding
from copbot_discord.account import Account, Known
from copbot_discord.errors import Asked, granting
from copbot_discord.invite import PERMISSIONS, missing
from copbot_discord.permissions import Shown, in_channel, in_server
from copbot_discord.sending import Call
from copbot_discord.threads import REQUIRES_TAG, Kinds, tags_of
from copbot_discord.web import Web
from copbot_discord.where import FORUMS
from copbot_discord.wording import NO_CONTENT, NO_MEMBERS

TEXTS = (0, 5)
"""Channel types of text and announcement channels."""

DIRECT = 1

IN_SERVER = ("CREATE_EVENTS",)
NOT_IN_FORUMS = ("CREATE_PUBLIC_THREADS",)
VIEW = "VIEW_CHANNEL"


async def check(web: Web, account: Account, kinds: Kinds, place: Place) -> Sequence[Finding]:
    """What is wrong, all of it, with how to mend it. Raises NotAuthenticated, or TryLater while Discord does not say it."""
    known = await account.known()
    try:
        channel = await kinds.fresh(place.channel)
        found = [] if channel["type"] == DIRECT else list(await _in_server(web, known, channel))
    except Refused as refused:
        found = [Finding(plain(refused.reason), plain(refused.remedy))]
    return [*of_intents(known), *found]


async def _in_server(web: Web, known: Known, channel: Shown) -> Sequence[Finding]:
    ids = {"guild_id": channel["guild_id"], "user_id": known.me.user}
    guild = await web.read(Call("GET", "/guilds/{guild_id}", {"guild_id": channel["guild_id"]}))
    try:
        member = await web.read(Call("GET", "/guilds/{guild_id}/members/{user_id}", ids))
    except Gone:
        return [Finding("copbot is not in that server", "Invite it: copbot discord invite prints the link.")]
    held = in_server(guild, known.me.user, member["roles"])
    here = in_channel(held, guild, channel, known.me.user, member["roles"])
    return [*of_channel(channel), *of_permissions(channel, held, here)]


def of_intents(known: Known) -> Iterator[Finding]:
    """What the application is not granted, and what that means."""
    if "MESSAGE_CONTENT" not in known.intents:
        yield NO_CONTENT
    if "GUILD_MEMBERS" not in known.intents:
        yield NO_MEMBERS


def of_channel(channel: Shown) -> Iterator[Finding]:
    """What is wrong with the channel itself."""
    name = f"#{channel.get('name') or channel['id']}"
    if channel["type"] not in (*TEXTS, *FORUMS):
        yield Finding(f"{name} is neither a text channel nor a forum", "Name another channel in the community file.")
    elif int(channel.get("flags") or 0) & REQUIRES_TAG and not tags_of(channel):
        yield Finding(
            f"{name} wants a tag on every post, and has none that copbot may give",
            "Make a tag there that not only moderators may use, or require none.",
        )


def of_permissions(channel: Shown, held: int, here: int) -> Iterator[Finding]:
    """The permissions that copbot lacks in the server and in the channel, with what it needs each for. Who cannot see, can do nothing."""
    name = f"#{channel.get('name') or channel['id']}"
    needed = [id for id in PERMISSIONS if id not in IN_SERVER and not (id in NOT_IN_FORUMS and channel["type"] in FORUMS)]
    if not PERMISSIONS[VIEW].granted(here):
        needed = [VIEW]
    for lacking in missing(here, needed):
        remedy = f"In {name}: Channel settings > Permissions > add copbot, and allow {lacking.name}."
        yield Finding(f"copbot lacks the permission {lacking.name} in {name}: to {lacking.reason}", remedy)
    for id in IN_SERVER:
        for lacking in missing(held, [id]):
            yield Finding(f"copbot lacks the permission {lacking.name}: to {lacking.reason}", granting(Asked(needs=(id,))))
