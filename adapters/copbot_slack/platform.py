"""The port on top of Slack: one workspace, by its tokens."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from copbot.domain.heard import Interaction
from copbot.domain.message import Message, Reply
from copbot.domain.place import Person, Place, Posted, Profile
from copbot.kit.ring import Ring, Shapes
from copbot.ports.platform import Finding, Inbox, Setup, Threads
from copbot_slack import checking
from copbot_slack.account import Account
from copbot_slack.answering import Answers
from copbot_slack.changing import Changing
from copbot_slack.facets import SlackDirect, SlackForms, SlackHome, SlackPins
from copbot_slack.finding import Look
from copbot_slack.history import SlackHistory
from copbot_slack.intake import Intake
from copbot_slack.names import SLACK
from copbot_slack.posting import Posting
from copbot_slack.reading import Reading
from copbot_slack.rendering import LIMITS
from copbot_slack.settings import SlackSettings, read_settings
from copbot_slack.web import Answer, Web

if TYPE_CHECKING:
    from copbot_slack.hearing import Me
    from copbot_slack.http import Ears, Endpoint
    from copbot_slack.workspaces import Workspaces

SETTLED_AFTER = 2
"""Times as long as a call may take, a post that was begun may still arrive."""


class Slack:
    """Slack as an adapter like any other."""

    name = SLACK
    threads = Threads.REPLIES
    limits = LIMITS
    calendar = None

    def __init__(self, settings: SlackSettings, setup: Setup) -> None:
        self.settings = settings
        self.commands = tuple(setup.commands)
        self._clock = setup.clock
        self._web = web = Web(settings)
        self._account = account = Account(web)
        reading, ring, shapes = Reading(web, low=settings.low_history), Ring(setup.keeping), Shapes(setup.keeping)
        settle = timedelta(seconds=settings.timeout_seconds * SETTLED_AFTER)
        look = Look(reading, account, ring, setup.clock, settle)
        self._posting = Posting(web, account, ring, shapes, look, setup.clock, settle)
        self._changing = Changing(web, account, self._posting, ring, shapes, setup.clock)
        self._answers = Answers(web, account, self._post_privately)
        self.forms = SlackForms(self._answers)
        self.direct = SlackDirect(web)
        self.history = SlackHistory(reading, account)
        self.pins = SlackPins(web)
        self.home = SlackHome(web, account)

    @cached_property
    def http(self) -> Any | None:  # noqa: ANN401 - as in the port
        """In HTTP mode, what Slack posts to, as an ASGI application that is deaf until ``run``; None in Socket Mode."""
        return self._endpoint.app if self.settings.mode == "http" else None

    @cached_property
    def _endpoint(self) -> "Endpoint":
        from copbot_slack.http import Endpoint

        return Endpoint(self.settings)

    async def run(self, inbox: Inbox) -> None:
        """Connect and hear until cancelled; end or raise where events may have been missed. Raises NotAuthenticated."""
        me = (await self._account.known()).me
        intake = Intake(me, self._clock, self._answers, inbox)
        if self.settings.mode == "http":
            await self._endpoint.listen(me, intake)
        else:
            from copbot_slack.socket import listen

            await listen(self.settings, self._web, me, intake)

    def ears(self, me: "Me", inbox: Inbox, missed: asyncio.Event) -> "Ears":
        """For requests that somebody else has found to be Slack's, and this workspace's; ``missed`` is set as by ``Intake``."""
        from copbot_slack.http import Ears

        return Ears(self.settings, me, Intake(me, self._clock, self._answers, inbox, missed=missed))

    async def post(self, place: Place, message: Message, *, key: str) -> Posted:
        """Post a message. Keyed."""
        return await self._posting.post(place, message, key=key)

    async def open_thread(self, place: Place, title: str, message: Message, *, key: str) -> Posted:
        """Post a message under a title; what does not fit stands in the thread. Keyed."""
        return await self._posting.post(place, message, key=key, title=title)

    async def edit(self, posted: Posted, message: Message) -> None:
        """Replace a message of the bot's, all parts of it. Idempotent."""
        await self._changing.edit(posted, message)

    async def remove(self, posted: Posted) -> None:
        """Take a message of the bot's away, all parts of it. Idempotent."""
        await self._changing.remove(posted)

    async def react(self, posted: Posted, emoji: str) -> None:
        """Put the bot's reaction on a message. Idempotent."""
        await self._changing.react(posted, emoji)

    async def find(self, place: Place, *, key: str) -> Posted | None:
        """What was posted under this key: in a channel among its top-level messages, in a thread among its replies."""
        return await self._posting.find(place, key=key)

    async def tell(self, interaction: Interaction, reply: Reply) -> None:
        """Tell the person who acted, privately. At most once."""
        await self._answers.tell(interaction, reply)

    async def profile(self, person: Person) -> Profile:
        """Name and time zone, as people have set them in Slack. Raises Gone."""
        answer = await self._web.read(lambda slack: slack.users_info(user=person.id))
        return profile_of(person, answer["user"])

    async def check(self, place: Place) -> Sequence[Finding]:
        """Missing scopes, what is wrong with the channel and, where a token shows it, with the app's configuration."""
        return await checking.check(self._web, self._account, self.settings, place)

    async def _post_privately(self, person: Person, message: Message, key: str) -> Posted:
        return await self._posting.post(await self.direct.place(person), message, key=key)


def profile_of(person: Person, user: Answer) -> Profile:
    """A person out of ``users.info``: the name that they chose to be shown, else their real one."""
    shown: Answer = user.get("profile") or {}
    names = (shown.get("display_name"), shown.get("real_name"), user.get("real_name"), user.get("name"))
    name = next((name for name in names if name), person.id)
    return Profile(person, str(name), user.get("tz") or None, is_bot=bool(user.get("is_bot")))


def make(setup: Setup) -> "Slack | Workspaces":
    """Slack's entry point: one workspace by its tokens, or many. Raises ConfigurationError for settings that cannot be used."""
    settings = read_settings(setup.settings)
    if not settings.many:
        return Slack(settings, setup)
    from copbot_slack.workspaces import Workspaces

    return Workspaces(settings, setup)
