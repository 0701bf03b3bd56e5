"""The port on top of many workspaces: each is a ``Slack``, and ids say which one is meant (``T0ABC.C0123``)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from copbot.domain.heard import Happening, Interaction
from copbot.domain.message import Form, Message, Reply
from copbot.domain.place import Person, Place, Posted, Profile
from copbot.errors import Refused
from copbot.kit.markdown import plain
from copbot.ports.platform import Finding, Inbox, Setup, Threads
from copbot_slack.installations import Installations
from copbot_slack.names import SLACK
from copbot_slack.oauth import Installing, States
from copbot_slack.reception import Reception
from copbot_slack.rendering import LIMITS
from copbot_slack.sealing import Seal
from copbot_slack.settings import SlackSettings
from copbot_slack.teams import Bare, Full, team_of
from copbot_slack.tenants import Tenants


class Workspaces:
    """Every workspace that has installed copbot, as one adapter."""

    name = SLACK
    threads = Threads.REPLIES
    limits = LIMITS
    calendar = None

    def __init__(self, settings: SlackSettings, setup: Setup) -> None:
        seal = Seal(settings.encryption_keys)
        installations = Installations(setup.keeping, seal, setup.clock)
        self._tenants = tenants = Tenants(settings, setup, installations)
        installing = Installing(settings, installations, States(setup.keeping, seal, setup.clock), tenants.renew)
        self._reception = Reception(settings.signing_secret, tenants, installing)
        self.forms = _Forms(tenants)
        self.direct = _Direct(tenants)
        self.history = _History(tenants)
        self.pins = _Pins(tenants)
        self.home = _Home(tenants)

    @property
    def http(self) -> Any | None:  # noqa: ANN401 - as in the port
        """What Slack posts to, and where workspaces install copbot."""
        return self._reception.app

    async def run(self, inbox: Inbox) -> None:
        """Hear all of them until cancelled; end where events may have been missed."""
        await self._reception.listen(inbox)

    async def post(self, place: Place, message: Message, *, key: str) -> Posted:
        """Post a message. Keyed."""
        bare = Bare(team_of(place))
        async with self._tenants.at(place) as slack:
            return Full(bare.team).posted(await slack.post(bare.place(place), bare.message(message), key=key))

    async def open_thread(self, place: Place, title: str, message: Message, *, key: str) -> Posted:
        """Post a message under a title. Keyed."""
        bare = Bare(team_of(place))
        async with self._tenants.at(place) as slack:
            return Full(bare.team).posted(await slack.open_thread(bare.place(place), title, bare.message(message), key=key))

    async def edit(self, posted: Posted, message: Message) -> None:
        """Replace a message of the bot's. Idempotent."""
        bare = Bare(team_of(posted.place))
        async with self._tenants.at(posted.place) as slack:
            await slack.edit(bare.posted(posted), bare.message(message))

    async def remove(self, posted: Posted) -> None:
        """Take a message of the bot's away. Idempotent."""
        async with self._tenants.at(posted.place) as slack:
            await slack.remove(Bare(team_of(posted.place)).posted(posted))

    async def react(self, posted: Posted, emoji: str) -> None:
        """Put the bot's reaction on a message. Idempotent."""
        async with self._tenants.at(posted.place) as slack:
            await slack.react(Bare(team_of(posted.place)).posted(posted), emoji)

    async def find(self, place: Place, *, key: str) -> Posted | None:
        """What was posted under this key."""
        team = team_of(place)
        async with self._tenants.at(place) as slack:
            found = await slack.find(Bare(team).place(place), key=key)
        return None if found is None else Full(team).posted(found)

    async def tell(self, interaction: Interaction, reply: Reply) -> None:
        """Tell the person who acted, privately. At most once."""
        bare = Bare(team_of(interaction.person))
        async with self._tenants.at(interaction.person) as slack:
            await slack.tell(bare.interaction(interaction), bare.reply(interaction, reply))

    async def profile(self, person: Person) -> Profile:
        """Name and time zone, as people have set them in Slack. Raises Gone."""
        team = team_of(person)
        async with self._tenants.at(person) as slack:
            return Full(team).profile(await slack.profile(Bare(team).person(person)))

    async def check(self, place: Place) -> Sequence[Finding]:
        """What is wrong with the workspace's installation, its scopes, and the channel."""
        try:
            async with self._tenants.at(place) as slack:
                return await slack.check(Bare(team_of(place)).place(place))
        except Refused as refused:
            return [Finding(f"{place.channel}: {plain(refused.reason)}", plain(refused.remedy))]


class _Facet:
    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants


class _Forms(_Facet):
    """Modals."""

    async def open(self, interaction: Interaction, form: Form) -> None:
        """Show the form to the person who acted."""
        bare = Bare(team_of(interaction.person))
        async with self._tenants.at(interaction.person) as slack:
            await slack.forms.open(bare.interaction(interaction), bare.form(form))


class _Direct(_Facet):
    """Private messages."""

    async def place(self, person: Person) -> Place:
        """Where this person's private messages in their workspace go."""
        team = team_of(person)
        async with self._tenants.at(person) as slack:
            return Full(team).place(await slack.direct.place(Bare(team).person(person)))


class _History(_Facet):
    """What was said while nobody listened."""

    tells_removals = False

    async def since(self, place: Place, moment: datetime) -> Sequence[Happening]:
        """What people said since the moment, oldest first."""
        team = team_of(place)
        async with self._tenants.at(place) as slack:
            return [Full(team).heard(one) for one in await slack.history.since(Bare(team).place(place), moment)]


class _Pins(_Facet):
    """Messages pinned to their channel."""

    async def pin(self, posted: Posted) -> None:
        """Pin the message. Idempotent."""
        async with self._tenants.at(posted.place) as slack:
            await slack.pins.pin(Bare(team_of(posted.place)).posted(posted))


class _Home(_Facet):
    """The Home tab."""

    async def show(self, person: Person, page: Sequence[Message]) -> None:
        """Put this on the person's Home tab."""
        bare = Bare(team_of(person))
        async with self._tenants.at(person) as slack:
            await slack.home.show(bare.person(person), [bare.message(message) for message in page])
