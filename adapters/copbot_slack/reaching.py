"""The ways to show one person something: in a window, at the address that came with what they did, in the channel, in private messages."""

from collections.abc import Awaitable, Callable
from typing import Any

from copbot.domain.heard import Commanded, Completing, Interaction
from copbot.domain.message import Message
from copbot.domain.place import Person
from copbot_slack.account import Account
from copbot_slack.forms import Carried, told_view
from copbot_slack.rendering import render
from copbot_slack.rich_text import Element
from copbot_slack.web import Web

PostPrivately = Callable[[Person, Message, str], Awaitable[Any]]
"""Posts to one person's private messages, once under this key."""


class Reach:
    """Each way shows a thing at most once, or raises PlatformError: Refused or TryLater where it certainly is not shown."""

    def __init__(self, web: Web, account: Account, post: PostPrivately) -> None:
        self.post = post
        self._web = web
        self._account = account

    async def open(self, trigger: str, view: Element) -> None:
        """A window, within three seconds of what the person did."""
        await self._web.post(lambda slack: slack.views_open(trigger_id=trigger, view=view))

    async def change(self, id: str, view: Element) -> None:
        """Something else in a window that is open."""
        await self._web.post(lambda slack: slack.views_update(view_id=id, view=view))

    async def told(self, interaction: Interaction, message: Message, title: str = "") -> Element:
        """The window that says a message; buttons in it know what it was about, and where."""
        value = "" if isinstance(interaction, Commanded | Completing) else interaction.value
        return told_view(message, title, Carried(value, interaction.place), workspace=await self._workspace())

    async def respond(self, url: str, thread: str, message: Message) -> None:
        """A message that only this person sees, by ``response_url``: five times in 30 minutes."""
        rendered = render(message, workspace=await self._workspace())
        body: dict[str, Any] = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": rendered.text,
            "blocks": rendered.blocks,
        }
        await self._web.respond(url, body | ({"thread_ts": thread} if thread else {}))

    async def whisper(self, interaction: Interaction, message: Message) -> None:
        """A message that only this person sees, in the place where they are; gone when they reload."""
        where, who, rendered = interaction.place, interaction.person.id, render(message, workspace=await self._workspace())
        await self._web.post(
            lambda slack: slack.chat_postEphemeral(
                channel=where.channel, user=who, thread_ts=where.thread, text=rendered.text, blocks=rendered.blocks, link_names=False
            ),
            where.channel,
        )

    async def _workspace(self) -> str:
        return (await self._account.known()).workspace
