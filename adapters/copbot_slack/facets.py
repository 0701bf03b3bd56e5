"""The optional facets of the port that Slack has: forms, private messages, pins and the app's home."""

from collections.abc import Sequence

from copbot.domain.heard import Interaction
from copbot.domain.message import Form, Message
from copbot.domain.place import Person, Place, Posted
from copbot_slack.account import Account
from copbot_slack.answering import Answers
from copbot_slack.home import home_view
from copbot_slack.names import SLACK
from copbot_slack.web import Web


class SlackForms:
    """Modals. A ``trigger_id`` is good once and for three seconds (4-platforms.md A6)."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def open(self, interaction: Interaction, form: Form) -> None:
        """Show the form to the person who acted. Raises Refused if that was too long ago."""
        await self._answers.open_form(interaction, form)


class SlackDirect:
    """Private messages between copbot and one person. ``conversations.open`` always gives the same channel, so it is asked once."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._places: dict[Person, Place] = {}

    async def place(self, person: Person) -> Place:
        """Where this person's private messages go. Raises Gone if they are not there any more, Refused if they cannot be written to."""
        if person not in self._places:
            opened = await self._web.change(lambda slack: slack.conversations_open(users=person.id))
            self._places[person] = Place(SLACK, opened["channel"]["id"])
        return self._places[person]


class SlackPins:
    """Messages pinned to their channel."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def pin(self, posted: Posted) -> None:
        """Pin the message. Idempotent."""
        channel = posted.place.channel
        await self._web.change(lambda slack: slack.pins_add(channel=channel, timestamp=posted.message), channel, fine={"already_pinned"})


class SlackHome:
    """The app's Home tab."""

    def __init__(self, web: Web, account: Account) -> None:
        self._web = web
        self._account = account

    async def show(self, person: Person, page: Sequence[Message]) -> None:
        """Put this on the person's Home tab, in place of what stood there."""
        view = home_view(page, workspace=(await self._account.known()).workspace)
        await self._web.change(lambda slack: slack.views_publish(user_id=person.id, view=view))
