"""The ways to answer somebody who acted: the one first answer, what fills or follows it, and private messages.

What Discord documents (https://docs.discord.com/developers/interactions/receiving-and-responding): the first answer within three seconds,
and only one; after that 15 minutes in which to change it, or to add to it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from copbot.domain.message import File, Form, Message, Option
from copbot.domain.place import Person
from copbot.kit.phrases import cut
from copbot_discord.acting import EPHEMERAL
from copbot_discord.components import Element
from copbot_discord.files import with_files
from copbot_discord.forms import modal_of
from copbot_discord.kept import Kept
from copbot_discord.rendering import render
from copbot_discord.sending import Call
from copbot_discord.web import Web
from copbot_discord.where import Payload

WORDS, LATER, LATER_UNSEEN, CHANGE, CHOICES, FORM = 4, 5, 6, 7, 8, 9
"""Kinds of first answer. LATER shows "copbot is thinking", LATER_UNSEEN nothing; CHANGE puts words in place of those under the button."""

CHOICES_MOST = 25
CHOICE_MOST = 100

CALLBACK = "/interactions/{webhook_id}/{webhook_token}/callback"
FOLLOW_UP = "/webhooks/{webhook_id}/{webhook_token}"
ORIGINAL = f"{FOLLOW_UP}/messages/@original"

PostPrivately = Callable[[Person, Message, str], Awaitable[Any]]
"""Posts to one person's private messages, once under this key."""


class Reach:
    """Each way shows a thing at most once, or raises PlatformError: Refused or TryLater where it certainly is not shown."""

    def __init__(self, web: Web, kept: Kept, post: PostPrivately) -> None:
        self.post = post
        self._web = web
        self._kept = kept

    async def words(self, payload: Payload, message: Message, *, instead: bool = False) -> None:
        """The first answer in words that only this person sees; ``instead`` of those under which they pressed."""
        body = with_files(await self._body(message), message.files)
        answer = {"type": CHANGE, "data": body} if instead else {"type": WORDS, "data": {**body, "flags": EPHEMERAL}}
        await self._first(payload, answer, message.files)

    async def later(self, payload: Payload, *, unseen: bool) -> None:
        """The first answer while there are no words yet."""
        await self._first(payload, {"type": LATER_UNSEEN} if unseen else {"type": LATER, "data": {"flags": EPHEMERAL}})

    async def form(self, payload: Payload, form: Form) -> str:
        """The first answer as a form; gives the form's ``custom_id``."""
        modal = modal_of(form)
        await self._kept.keep(modal.kept)
        await self._first(payload, {"type": FORM, "data": modal.data})
        return str(modal.data["custom_id"])

    async def choices(self, payload: Payload, options: Sequence[Option]) -> None:
        """The first answer to who is typing. Discord shows 25 at most, and takes none with a longer value than it could send."""
        fitting = [option for option in options if 0 < len(option.value) <= CHOICE_MOST][:CHOICES_MOST]
        choices = [{"name": cut(option.label, CHOICE_MOST) or option.value, "value": option.value} for option in fitting]
        await self._first(payload, {"type": CHOICES, "data": {"choices": choices}})

    async def fill(self, payload: Payload, message: Message) -> None:
        """Words in place of the first answer."""
        await self._again("PATCH", ORIGINAL, payload, await self._body(message), message.files)

    async def follow(self, payload: Payload, message: Message) -> None:
        """More words, below."""
        await self._again("POST", FOLLOW_UP, payload, {**await self._body(message), "flags": EPHEMERAL}, message.files)

    async def retract(self, payload: Payload) -> None:
        """Take a first answer away that waited for words in vain."""
        await self._web.answer(Call("DELETE", ORIGINAL, _webhook(payload)))

    async def _first(self, payload: Payload, answer: Element, files: Sequence[File] = ()) -> None:
        ids = {"webhook_id": payload["id"], "webhook_token": payload["token"]}
        await self._web.answer(Call("POST", CALLBACK, ids, answer, files=files))

    async def _again(self, method: str, path: str, payload: Payload, body: Element, files: Sequence[File]) -> None:
        await self._web.answer(Call(method, path, _webhook(payload), with_files(body, files), files=files))

    async def _body(self, message: Message) -> Element:
        rendered = render(message)
        await self._kept.keep(rendered.kept)
        return rendered.fields


def _webhook(payload: Payload) -> Mapping[str, str]:
    return {"webhook_id": payload["application_id"], "webhook_token": payload["token"]}
