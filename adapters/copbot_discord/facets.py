"""The optional facets of the port that Discord has beside its calendar and history: forms, private messages and pins."""

from copbot.domain.heard import Interaction
from copbot.domain.message import Form
from copbot.domain.place import Person, Place, Posted
from copbot_discord.answering import Answers
from copbot_discord.changing import Changing
from copbot_discord.names import place
from copbot_discord.sending import Call
from copbot_discord.threads import Kinds
from copbot_discord.web import Web


class DiscordForms:
    """Modals. They can only be the first answer to what somebody did (4-platforms.md B2)."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def open(self, interaction: Interaction, form: Form) -> None:
        """Show the form to the person who acted. Raises Refused if that was too long ago."""
        await self._answers.open_form(interaction, form)


class DiscordDirect:
    """Private messages between copbot and one person. Discord always gives the same channel, so it is asked once."""

    def __init__(self, web: Web, kinds: Kinds) -> None:
        self._web = web
        self._kinds = kinds
        self._places: dict[Person, Place] = {}

    async def place(self, person: Person) -> Place:
        """Where this person's private messages go. Raises Gone if there is no such person; who wants none, is known when one is posted."""
        if person not in self._places:
            opened = await self._web.change(Call("POST", "/users/@me/channels", json={"recipient_id": person.id}))
            self._kinds.learn(opened)
            self._places[person] = place(opened["id"])
        return self._places[person]


class DiscordPins:
    """Messages pinned to their channel or thread."""

    def __init__(self, changing: Changing) -> None:
        self._changing = changing

    async def pin(self, posted: Posted) -> None:
        """Pin the message. Idempotent."""
        await self._changing.pin(posted)
