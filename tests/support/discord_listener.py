"""Discord's ears and mouth without the rest of the adapter: connected to a loopback Discord, with an inbox that tests can steer."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from discord_loopback import talking
from discord_loopback.calls import numbered
from discord_loopback.server import TOKEN, Loopback
from discord_loopback.world import BOT_USER, World
from slack_bots import Kept

from copbot.domain.heard import Heard, Interaction
from copbot.domain.message import Message, Reply
from copbot.domain.place import Person, Place, Posted
from copbot.ports.leases import Leases
from copbot.services.commands import SPECS
from copbot.testing.clock import SteppingClock
from copbot_discord.account import Account
from copbot_discord.answering import KEPT_FOR, Answers
from copbot_discord.channels import Channels
from copbot_discord.commands import Registration
from copbot_discord.gateway import Patience, listen
from copbot_discord.intake import MOST_AT_ONCE, READ_AGAIN_AFTER, Intake
from copbot_discord.interactions import Interactions
from copbot_discord.kept import Kept as KeptValues
from copbot_discord.names import DISCORD
from copbot_discord.reaching import Reach
from copbot_discord.reduced import Reduced
from copbot_discord.rendering import render
from copbot_discord.settings import DiscordSettings
from copbot_discord.web import Web
from copbot_discord.where import Where

NOW = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)
Then = Callable[[Heard], Awaitable[None]]
PostTo = Callable[[Place, Message, str], Awaitable[Posted]]


async def nothing(_: Heard) -> None:
    """What a core does that has nothing to say."""


async def until(seen: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until people see something; TimeoutError if it does not come about."""
    async with asyncio.timeout(seconds):
        while not seen():  # noqa: ASYNC110 - what people see does not say when it changes
            await asyncio.sleep(0.01)


class Listener:
    """``heard`` is what the inbox has taken; before it returns it does ``then``, as the core does that tells what it has committed.

    ``posted`` is what went to people's private messages, and ``answers_posted`` what the bot posted for people.
    """

    def __init__(
        self, discord: Loopback, *, answered_in: float = 2.5, kept_for: float = KEPT_FOR, shards: int = 1, leases: Leases | None = None
    ) -> None:
        self.discord = discord
        self.settings = DiscordSettings(TOKEN, api_url=discord.api_url, gateway_url=discord.gateway_url, shards=shards)
        self.kept = Kept()
        self.web = Web(self.settings)
        self.account = Account(self.web, frozenset(spec.verb for spec in SPECS))
        self.where = Where()
        self.lobbies: dict[str, str] = {}
        self.values = KeptValues(self.kept)
        reach = Reach(self.web, self.values, self._post_privately)
        self.answers = Answers(reach, answered_in, kept_for)
        self.channels = Channels(self.where, self.web, self._lobby)
        self.interactions = Interactions(self.channels, self.values, self.answers, Reduced(reach, self._post, 0.01), SPECS)
        self.registration = Registration(self.web, self.kept, SPECS, {})
        self.heard: list[Heard] = []
        self.posted: list[tuple[Person, Message, str]] = []
        self.patience = Patience(again=0.05, lease=0.02, identify=0.01)
        self.most_at_once = MOST_AT_ONCE
        self.again_after = 0.02
        self.read_again_after = READ_AGAIN_AFTER
        self.then: Then = nothing
        self.post_to: PostTo = self._stand
        self.run: asyncio.Task[None] = asyncio.get_running_loop().create_task(asyncio.sleep(0))
        self._leases = leases

    async def begin(self) -> asyncio.Task[None]:
        """Connect; gives the run, which ends as the adapter's does."""
        known = await self.account.known()
        await self.registration.sync(known.me.application)
        waits = {"again_after": self.again_after, "read_again_after": self.read_again_after}
        intake = Intake(known.me, self.channels, SteppingClock(NOW), self.interactions, self.inbox, most_at_once=self.most_at_once, **waits)
        return asyncio.create_task(listen(self.settings, self.web, known.intents, intake, self._leases, self.patience))

    async def start(self) -> None:
        """Connect; return once Discord has told everything that it tells at first."""
        wanted = self.discord.gateway.identified + self.settings.shards
        self.run = await self.begin()
        await self.discord.until(lambda: self.discord.gateway.identified == wanted or self.run.done())
        await self.discord.gateway.flush()

    async def stop(self) -> None:
        """Cut off, as a crash would."""
        self.run.cancel()
        await asyncio.gather(self.run, return_exceptions=True)

    async def inbox(self, *heard: Heard) -> None:
        """Take it all, then do with each what the test wants."""
        self.heard += heard
        for one in heard:
            await self.then(one)

    def tells(self, *replies: Reply) -> None:
        """The core answers whatever it hears next with these, one after the other, and what comes after with nothing."""
        left = list(replies)

        async def tell(heard: Heard) -> None:
            if isinstance(heard, Interaction) and left:
                await self.answers.tell(heard, left.pop(0))

        self.then = tell

    async def _lobby(self, forum: str) -> None:
        if forum in self.lobbies:
            self.where.lobby(forum, self.lobbies[forum])

    async def _post_privately(self, person: Person, message: Message, key: str) -> None:
        self.posted.append((person, message, key))

    async def _post(self, place: Place, message: Message, key: str) -> Posted:
        return await self.post_to(place, message, key)

    async def _stand(self, place: Place, message: Message, _: str) -> Posted:
        return Posted(place, bot_posts(self.discord.world, place.thread or place.channel, message))


def bot_posts(world: World, channel: str, message: Message) -> str:
    """Something that the bot has posted; gives its id."""
    rendered = render(message)
    return talking.post(world, world.channel(channel), BOT_USER, rendered.content, components=numbered(rendered.components)).id


def place(channel: str, thread: str | None = None) -> Place:
    """A place on this Discord."""
    return Place(DISCORD, channel, thread)
