"""The port on top of Discord: one bot, by its token."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from copbot.domain.heard import Interaction
from copbot.domain.message import Message, Reply
from copbot.domain.place import Person, Place, Posted, Profile
from copbot.kit.ring import Ring, Shapes
from copbot.ports.platform import Finding, Inbox, Setup, Threads
from copbot_discord import checking
from copbot_discord.account import Account
from copbot_discord.answering import Answers
from copbot_discord.calendar import DiscordCalendar
from copbot_discord.changing import Changing
from copbot_discord.channels import Channels
from copbot_discord.commands import Registration
from copbot_discord.errors import nobody
from copbot_discord.facets import DiscordDirect, DiscordForms, DiscordPins
from copbot_discord.finding import Look
from copbot_discord.hearing import name_of
from copbot_discord.history import DiscordHistory
from copbot_discord.intake import Intake
from copbot_discord.interactions import Interactions
from copbot_discord.kept import Kept
from copbot_discord.lobby import Lobbies
from copbot_discord.message_links import MessageLinks
from copbot_discord.names import DISCORD
from copbot_discord.once import Once
from copbot_discord.places import Places
from copbot_discord.posting import Posting
from copbot_discord.reaching import Reach
from copbot_discord.reading import Reading
from copbot_discord.reduced import Reduced
from copbot_discord.rendering import LIMITS
from copbot_discord.sending import Call
from copbot_discord.settings import DiscordSettings, read_settings
from copbot_discord.threads import Kinds
from copbot_discord.threads import Threads as ThreadsOf
from copbot_discord.usages import Usages
from copbot_discord.web import Answer, Web
from copbot_discord.where import Where

if TYPE_CHECKING:
    from copbot_discord.gateway import Patience

SETTLED_AFTER = 2
"""Times as long as a call may take, a post that was begun may still arrive."""


class Discord:
    """Discord as an adapter like any other. ``patience`` is the gateway's, if it is to be another than is right for Discord itself."""

    name = DISCORD
    threads = Threads.CHANNELS
    limits = LIMITS
    home = None
    http = None
    patience: "Patience | None" = None

    def __init__(self, settings: DiscordSettings, setup: Setup) -> None:
        self.settings = settings
        self.commands = commands = tuple(setup.commands)
        self._usages = Usages(commands)
        self._clock, self._keeping, self._leases = setup.clock, setup.keeping, setup.leases
        self._where = where = Where()
        self._web = web = Web(settings, where.home)
        self._account = account = Account(web, frozenset(spec.verb for spec in commands))
        self._kinds = kinds = Kinds(web, where)
        self._kept = kept = Kept(setup.keeping)
        clock, reading, threads = setup.clock, Reading(web), ThreadsOf(web, kinds)
        ring, shapes = Ring(setup.keeping), Shapes(setup.keeping)
        once = Once(ring, clock, timedelta(seconds=settings.timeout_seconds * SETTLED_AFTER))
        look = Look(reading, account, threads, ring)
        self._lobbies = lobbies = Lobbies(setup.keeping, once, look, threads, where, clock)
        places = Places(kinds, lobbies)
        self._links = MessageLinks(kinds, places)
        self._posting = posting = Posting(web, account, ring, shapes, kept, once, look, places, threads, clock)
        self._changing = Changing(web, account, posting, shapes, kept, places, threads, clock)
        self.direct = DiscordDirect(web, kinds)
        self._reach = Reach(web, kept, self._post_privately)
        self._answers = Answers(self._reach)
        self._registration = Registration(web, setup.keeping, commands, settings.names)
        self.forms = DiscordForms(self._answers)
        self.history = DiscordHistory(reading, account, places, where)
        self.pins = DiscordPins(self._changing)
        self.calendar = DiscordCalendar(web, account, kinds, once, clock)

    async def run(self, inbox: Inbox) -> None:
        """Connect and hear until cancelled; end or raise where events may have been missed. Raises NotAuthenticated."""
        from copbot_discord.gateway import Patience, listen

        known = await self._account.known()
        await self._registration.sync(known.me.application)
        channels = Channels(self._where, self._web, self._lobbies.kept)
        reduced = Reduced(self._reach, self._post)
        interactions = Interactions(channels, self._kept, self._answers, reduced, self.commands)
        intake = Intake(known.me, channels, self._clock, interactions, inbox)
        await listen(self.settings, self._web, known.intents, intake, self._leases, self.patience or Patience())

    async def post(self, place: Place, message: Message, *, key: str) -> Posted:
        """Post a message. Keyed."""
        return await self._posting.post(place, await self._written(message), key=key)

    async def open_thread(self, place: Place, title: str, message: Message, *, key: str) -> Posted:
        """Post a message with a thread of that title, or a forum's post; what does not fit stands in the thread. Keyed."""
        return await self._posting.open_thread(place, title, self._usages.message(message), key=key)

    async def edit(self, posted: Posted, message: Message) -> None:
        """Replace a message of the bot's, all parts of it. Idempotent."""
        await self._changing.edit(posted, self._usages.message(message))

    async def remove(self, posted: Posted) -> None:
        """Take a message of the bot's away, all parts of it. Idempotent."""
        await self._changing.remove(posted)

    async def react(self, posted: Posted, emoji: str) -> None:
        """Put the bot's reaction on a message. Idempotent."""
        await self._changing.react(posted, emoji)

    async def find(self, place: Place, *, key: str) -> Posted | None:
        """What was posted under this key: in a channel also what opened a thread, in a forum also its posts."""
        return await self._posting.find(place, key=key)

    async def tell(self, interaction: Interaction, reply: Reply) -> None:
        """Tell the person who acted, privately. At most once."""
        await self._answers.tell(interaction, self._usages.reply(reply))

    async def profile(self, person: Person) -> Profile:
        """The name that people have chosen to be shown; Discord tells nobody's time zone. Raises Gone."""
        if not person.id.isdecimal():
            raise nobody()
        return profile_of(person, await self._web.read(Call("GET", "/users/{user_id}", {"user_id": person.id})))

    async def check(self, place: Place) -> Sequence[Finding]:
        """Missing intents and permissions, and what is wrong with the channel."""
        return await checking.check(self._web, self._account, self._kinds, place)

    async def _written(self, message: Message) -> Message:
        """A message of the core's as it is to be read on Discord."""
        return await self._links.in_message(self._usages.message(message))

    async def _post(self, place: Place, message: Message, key: str) -> Posted:
        return await self._posting.post(place, message, key=key)

    async def _post_privately(self, person: Person, message: Message, key: str) -> Posted:
        return await self._posting.post(await self.direct.place(person), message, key=key)


def profile_of(person: Person, user: Answer) -> Profile:
    """A person as ``GET /users/{id}`` shows them."""
    return Profile(person, name_of(user) or person.id, is_bot=bool(user.get("bot")))


def make(setup: Setup) -> Discord:
    """Discord's entry point. Raises ConfigurationError for settings that cannot be used."""
    return Discord(read_settings(setup.settings), setup)
