"""The evening of the ResNetSLT chat on a loopback Discord, scheduled by Sally with Lucy, for tests of what may come in its way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from discord_guild import ACCOUNTS, CHANNELS, config_on_discord, populate
from discord_house import DiscordHouse
from discord_loopback.model import TEXT, Message, Overwrite
from discord_loopback.permissions import bits
from discord_loopback.server import Loopback
from discord_loopback.world import BOT_USER
from playhouse import BACKSTAGE, CHANNEL, london

from copbot.content import Content
from copbot.resources import data_dir
from copbot.store.store import SqlStore
from copbot.testing.clock import SteppingClock


@asynccontextmanager
async def guild(folder: Path, kind: int = TEXT, *, reads: bool = True) -> AsyncIterator[DiscordHouse]:
    """A house four weeks before, with nothing scheduled. ``reads``: whether the bot is granted the message content intent.

    Fails in the end for every request that Discord would refuse.
    """
    async with Loopback() as discord:
        populate(discord, kind)
        if not reads:
            discord.world.granted.discard("MESSAGE_CONTENT")
        store = SqlStore.in_memory()
        content = Content.load(config_on_discord(folder), data_dir("prompts"))
        house = DiscordHouse(discord, store, content, SteppingClock(london("2018-01-02 12:00")))
        await house.start()
        try:
            yield house
        finally:
            await house.bot.stop()
            store.close()
    assert not discord.faults, "\n".join(discord.faults)


def forbid(house: DiscordHouse, *permissions: str) -> None:
    """Take permissions from the bot in the community's channel."""
    denied = Overwrite(BOT_USER, member=True, deny=bits(*permissions))
    house.world.channels[CHANNELS[CHANNEL]].overwrites.append(denied)


def backstage(house: DiscordHouse) -> str:
    """Everything that the hosts' channel shows of the bot's."""
    return "\n\n".join(house.posts(BACKSTAGE))


def in_thread(house: DiscordHouse, label: str) -> list[str]:
    """What people read in a question's thread, by whoever wrote it."""
    return [house.people.read(one) for one in house.people.shown(house.thread(label))]


async def answer(house: DiscordHouse, who: str, label: str, text: str) -> Message:
    """Press the button under a question and fill in the form behind it; what stands in the thread then. The core hears of neither act."""
    [root] = [one for one in house.everything() if "Answer" in house.people.buttons(one) and house.people.read(one).startswith(f"{label} ")]
    house.people.press(ACCOUNTS[who], root.channel, root.id, "Answer")
    await house.discord.until(lambda: house.people.front(ACCOUNTS[who]) is not None)
    house.people.submit(ACCOUNTS[who], {"text": text})
    await house.discord.until(lambda: any(text in one for one in in_thread(house, label)))
    await house.settled()
    await house.until(house.clock.now())
    return house.people.shown(house.thread(label))[-1]
