"""Chats where Discord does not let copbot read what people write: under each question stands a button, behind it a form to answer in.

What is written into it copbot posts into the question's thread, with the name of who wrote it, and hears as said by them. The post has the
same button, which says by its value for whom it was posted: so the history tells it, too (``hearing.spoken_for``).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from copbot.domain.heard import Said, Submitted
from copbot.domain.markup import escape
from copbot.domain.message import Button, Look, Message
from copbot.domain.place import Place, Posted
from copbot.errors import PlatformError, Refused
from copbot.ports.platform import Inbox
from copbot_discord.names import DISCORD, instant
from copbot_discord.reaching import Reach
from copbot_discord.rendering import parts_of
from copbot_discord.where import Payload
from copbot_discord.wording import ANSWER, answer_form, said_by

AGAIN_AFTER = 2.0
TRIES = 5

Post = Callable[[Place, Message, str], Awaitable[Posted]]
"""Posts a message to a place, once under this key."""

log = structlog.get_logger(__name__)


class Reduced:
    """Answers by form. ``again_after``: seconds until a post that is not certain is tried again; its key keeps it from standing twice."""

    def __init__(self, reach: Reach, post: Post, again_after: float = AGAIN_AFTER) -> None:
        self._reach = reach
        self._post = post
        self._again_after = again_after

    async def ask(self, payload: Payload, at: Place) -> None:
        """The button was pressed: show the form. It carries which thread the answer belongs to."""
        await self._reach.form(payload, answer_form(at.thread or payload["message"]["id"]))

    async def take(self, submitted: Submitted, payload: Payload, inbox: Inbox) -> None:
        """The form was submitted: post what was written, and hear it. Who wrote it is told if that did not work."""
        text = submitted.fields.get("text", "").strip()
        if not text:
            return
        await self._reach.later(payload, unseen=True)
        place = in_its_thread(submitted.place, submitted.value)
        message = replace(said_by(submitted.name, text), buttons=(Button("Answer", ANSWER, submitted.person.id, Look.PRIMARY),))
        try:
            posted = await self._posted(place, message, f"answer:{submitted.id}")
        except PlatformError as error:
            log.warning("An answer could not be posted", action="answer_not_posted", platform=DISCORD, reason=error.reason)
            remedy = error.remedy if isinstance(error, Refused) else "Please try it again in a minute."
            told = f"Your answer is not posted: {error.reason}. {remedy}\n\n{escape(text)}"
            for part in parts_of(Message(told)):
                await self._reach.follow(payload, part)
            return
        await inbox(Said(instant(posted.message), place, submitted.person, posted.message, text, name=submitted.name))

    async def _posted(self, place: Place, message: Message, key: str) -> Posted:
        for _ in range(TRIES - 1):
            try:
                return await self._post(place, message, key)
            except Refused:
                raise
            except PlatformError:
                await asyncio.sleep(self._again_after)
        return await self._post(place, message, key)


def in_its_thread(at: Place, thread: str) -> Place:
    """The question's thread: a question in a text channel has a thread of its own id; one pressed in its thread says it itself."""
    return at if at.thread else at._replace(thread=thread)
