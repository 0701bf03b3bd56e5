"""One community with a channel on Slack and one on Discord, under one bot: a chat on each at once, and neither in the other's way."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from shutil import copytree

import pytest
from discord_guild import ACCOUNTS
from discord_guild import CHANNELS as ON_DISCORD
from discord_guild import populate as populate_discord
from discord_house import DiscordHouse
from discord_loopback.server import Loopback as Discord
from playhouse import BACKSTAGE, CHANNEL
from resnetslt_chat import Evening
from slack_house import CHANNELS as ON_SLACK
from slack_house import SlackHouse
from slack_house import populate as populate_slack
from slack_loopback.server import Loopback as Slack

from copbot.content import Content
from copbot.domain.chat import Chat, State
from copbot.domain.place import Place
from copbot.ports.platform import Platform
from copbot.resources import data_dir
from copbot.runtime.bot import Bot
from copbot.store.readings import SqlReadings
from copbot.store.store import SqlStore

CHANNELS = """channels:
  - {{platform: slack, channel: {slack}, hosts_channel: {slack_hosts}}}
  - {{platform: discord, channel: "{discord}", hosts_channel: "{discord_hosts}"}}
"""
QUESTIONS = ["Q1", "Q2", "Q3", "Q4"]


def config_on_both(folder: Path) -> Path:
    """The shipped config folder, its community's channels in the workspace and in the guild."""
    config = Path(copytree(data_dir("config"), folder / "config"))
    file = config / "communities" / "resnetslt.yaml"
    before, _, rest = file.read_text(encoding="utf-8").partition("channels:\n")
    after = rest[rest.index("\npeople:") :]
    channels = CHANNELS.format(
        slack=ON_SLACK[CHANNEL], slack_hosts=ON_SLACK[BACKSTAGE], discord=ON_DISCORD[CHANNEL], discord_hosts=ON_DISCORD[BACKSTAGE]
    )
    file.write_text(f"{before}{channels}{after}", encoding="utf-8")
    return config


@dataclass
class Both:
    """One bot on both. The clock is both houses': either lets time pass."""

    slack: SlackHouse
    discord: DiscordHouse
    bot: Bot

    @classmethod
    async def open(cls, slack: SlackHouse, discord: DiscordHouse, number: int = 1) -> "Both":
        """Connect a new bot to both."""
        platforms: list[Platform] = [slack.adapter, discord.adapter]
        bot = Bot(slack.store, slack.content, platforms, slack.clock, slack.clock, random=Random(number), owner=f"both {number}")
        slack.bot = discord.bot = bot
        await bot.start()
        return cls(slack, discord, bot)

    async def until(self, moment: str) -> None:
        await self.slack.until(moment)
        await self.discord.settled()

    async def chats(self) -> dict[str, Chat]:
        """By platform."""
        found = await self.slack.store.read(lambda uow: uow.chats.in_states(list(State)))
        return {chat.place.platform: chat for chat in found}


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack() as slack:
        populate_slack(slack)
        yield slack
    assert slack.faults == []
    assert slack.failures == []


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with Discord() as discord:
        populate_discord(discord)
        yield discord
    assert not discord.faults, "\n".join(discord.faults)


@pytest.fixture
async def both(slack: Slack, discord: Discord, store: SqlStore, tmp_path: Path) -> AsyncIterator[Both]:
    """Four weeks before the chats; everybody is on both platforms, nothing is scheduled."""
    content = Content.load(config_on_both(tmp_path), data_dir("prompts"))
    on_slack = SlackHouse(slack, store, content, "2018-01-02 12:00")
    both = await Both.open(on_slack, DiscordHouse(discord, store, content, on_slack.clock))
    await on_slack.come_in()
    await both.discord.come_in()
    yield both
    await both.bot.stop()


async def schedule(both: Both) -> None:
    """Sally plans the same evening on both, with Lucy, whose accounts are two."""
    await Evening(both.slack).schedule_by("sally")
    await Evening(both.discord).schedule_by("sally")


async def test_each_chat_is_on_its_own_platform(both: Both) -> None:
    await schedule(both)
    await both.until("2018-01-03 12:45")
    assert "Hosted by Sally and Lucy." in both.slack.posts()[0]
    assert "Hosted by Sally and Lucy." in both.discord.posts()[0]
    await both.until("2018-01-31 19:36")
    await both.slack.say("maria", "Yes, for years now", "Q1")
    await both.discord.say("tom", "No, and I would not know where to begin", "Q1")
    await both.until("2018-01-31 21:30")
    assert [label for label in both.slack.asked() if label in QUESTIONS] == QUESTIONS
    assert [label for label in both.discord.asked() if label in QUESTIONS] == QUESTIONS
    rows = await SqlReadings(both.slack.store).log(list)
    assert sorted((row["platform"], row["text"]) for row in rows) == [
        ("discord", "No, and I would not know where to begin"),
        ("slack", "Yes, for years now"),
    ]
    chats = await both.chats()
    assert {name: chat.state for name, chat in chats.items()} == {"slack": State.CLOSING, "discord": State.CLOSING}
    assert chats["slack"].place == Place("slack", ON_SLACK[CHANNEL])
    assert chats["discord"].place == Place("discord", ON_DISCORD[CHANNEL])


async def test_a_host_steers_the_chat_where_they_are(both: Both) -> None:
    """The one on Discord is paused; the one on Slack goes on."""
    await schedule(both)
    await both.until("2018-01-31 19:36")
    await both.discord.command("sally", "pause")
    await both.until("2018-01-31 19:50")
    assert "Q2" in both.slack.asked()
    assert "Q2" not in both.discord.asked()
    await both.discord.command("sally", "resume")
    await both.until("2018-01-31 20:03")
    assert "Q2" in both.discord.asked()


async def test_what_is_coming_is_shown_on_both(both: Both) -> None:
    """It is one community's programme."""
    await schedule(both)
    await both.slack.command("maria", "upcoming")
    await both.discord.command("maria", "upcoming")
    for told in (both.slack.told("maria")[-1], both.discord.told("maria")[-1]):
        assert told.count("Thinking together") == 2


async def test_who_types_is_offered_the_people_of_that_platform(both: Both) -> None:
    await both.discord.command("maria", "help")
    await both.slack.command("tom", "help")
    asked = both.discord.people.complete(ACCOUNTS["sally"], ON_DISCORD[CHANNEL], "cohost", "name", "")
    await both.discord.discord.until(lambda: asked.answered is not None)
    assert [one["value"] for one in asked.choices or []] == ["Maria"]


async def test_whoever_is_mentioned_can_be_named_though_they_never_wrote(both: Both) -> None:
    await schedule(both)
    await both.discord.command("sally", f'cohost name="<@{ACCOUNTS["jane"]}>"')
    await both.until("2018-01-03 12:45")
    assert "Hosted by Sally, Lucy and Jane." in both.discord.posts()[0]
    assert "Hosted by Sally and Lucy." in both.slack.posts()[0]


async def test_an_outage_of_one_is_no_outage_of_the_other(both: Both, discord: Discord) -> None:
    """Discord takes nothing for ten minutes; on Slack nobody notices, and on Discord everything comes, late and once."""
    await schedule(both)
    await both.until("2018-01-31 19:34")
    discord.rest.faults.deny("create_message", "503 0 Service Unavailable")
    await both.until("2018-01-31 19:44")
    assert "Q1" in both.slack.asked()
    assert both.discord.asked() == []
    discord.rest.faults.allow("create_message")
    await both.until("2018-01-31 19:47")
    assert both.discord.asked() == ["Q1"]


async def test_a_token_that_is_no_good_stops_its_own_platform_only(both: Both, discord: Discord) -> None:
    await schedule(both)
    await both.until("2018-01-31 19:34")
    discord.revoke()
    await both.until("2018-01-31 19:50")
    assert [label for label in both.slack.asked() if label in QUESTIONS] == ["Q1", "Q2"]


async def test_a_bot_that_comes_after_a_crash_goes_on_with_both(both: Both) -> None:
    await schedule(both)
    await both.until("2018-01-31 19:36")
    await both.slack.cut()
    both.discord.discord.gateway.cut()
    await both.bot.stop()
    both.discord.discord.gateway.forget()
    both.slack.renew()
    both.discord.renew()
    again = await Both.open(both.slack, both.discord, 2)
    both.bot = again.bot
    await both.slack.connected()
    await both.discord.connected()
    await both.until("2018-01-31 19:50")
    for house in (both.slack, both.discord):
        assert [label for label in house.asked() if label in QUESTIONS] == ["Q1", "Q2"]
    assert len(both.discord.posts()) == len(set(both.discord.posts()))
