"""What Slack sends, handed over to copbot in either mode: acknowledged only after it is committed (3-architecture.md 7)."""

import asyncio

import structlog

from copbot.domain.heard import Heard, Interaction
from copbot.ports.clock import Clock
from copbot.ports.platform import Inbox
from copbot_slack import hearing
from copbot_slack.answering import Answers
from copbot_slack.hearing import Me, Payload
from copbot_slack.names import SLACK
from copbot_slack.rich_text import Element

MOST_AT_ONCE = 2000
"""Events handed over and not yet committed. More are left to Slack, which sends them again."""

log = structlog.get_logger(__name__)


class Intake:
    """One run's way from Slack's payloads to the inbox. What any method raises is not to be acknowledged: then Slack sends it again.

    ``missed`` is set once the inbox works again after it did not: by then Slack may have given up sending again what was refused (it tries
    three times in six minutes: https://docs.slack.dev/apis/events-api), so that the history must be read. Several intakes may share one.
    """

    def __init__(
        self, me: Me, clock: Clock, answers: Answers, inbox: Inbox, most_at_once: int = MOST_AT_ONCE, missed: asyncio.Event | None = None
    ) -> None:
        self.missed = missed or asyncio.Event()
        self.answers = answers
        self._me = me
        self._clock = clock
        self._inbox = inbox
        self._refused = False
        self._not_acknowledged = 0
        self._at_once = 0
        self._most_at_once = most_at_once

    async def event(self, payload: Payload) -> None:
        """An Events API payload: returns once it is committed, or there is nothing in it for copbot."""
        heard = self.heard(payload)
        if heard is not None:
            await self.take(heard)

    def heard(self, payload: Payload) -> Heard | None:
        """What an Events API payload tells copbot, if anything."""
        if payload.get("type") == "app_rate_limited":
            log.warning("Slack holds events back", action="events_held_back", platform=SLACK)
            self._refused = True
            return None
        return self._read(payload.get("event") or {})

    async def take(self, *heard: Heard) -> None:
        """Returns once all of it is committed."""
        try:
            await self._take(*heard)
        except Exception as error:  # whatever it was: Slack keeps the events and sends them again
            self._note(error, len(heard))
            raise

    async def command(self, payload: Payload) -> Element:
        """A slash command; gives what to acknowledge it with, as do the following."""
        return await self._interaction(hearing.command(payload, self._clock.now()), payload)

    async def shortcut(self, payload: Payload) -> Element:
        """A message shortcut."""
        return await self._interaction(hearing.shortcut(payload), payload)

    async def press(self, payload: Payload) -> Element:
        """A button."""
        return await self._interaction(hearing.press(payload), payload)

    async def submission(self, payload: Payload) -> Element:
        """A form."""
        return await self._interaction(hearing.submission(payload, self._clock.now()), payload)

    def _read(self, event: Payload) -> Heard | None:
        """An event that nobody can read would come again for ever; Slack's pages say that new keys and kinds are to be expected."""
        try:
            return hearing.heard(event, self._me)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            kind = str(event.get("type"))
            log.error("An event could not be read", action="event_unreadable", platform=SLACK, kind=kind, error=type(error).__name__)
            return None

    async def _interaction(self, heard: Interaction, payload: Payload) -> Element:
        return await self.answers.acknowledgement(heard, payload, self._take)

    async def _take(self, *heard: Heard) -> None:
        if self._at_once + len(heard) > self._most_at_once and not any(isinstance(one, Interaction) for one in heard):
            self._refused = True
            raise OverflowError("more is said than is committed")
        self._at_once += len(heard)
        try:
            await self._inbox(*heard)
        except Exception:  # whatever it was, it goes on: what is not taken is not acknowledged
            self._refused = True
            raise
        finally:
            self._at_once -= len(heard)
        if self._refused:
            self.missed.set()
        if self._not_acknowledged:
            log.info("Events are taken again", action="acknowledged_again", platform=SLACK, refused=self._not_acknowledged)
            self._not_acknowledged = 0

    def _note(self, error: Exception, events: int) -> None:
        """The first refusal is logged, and how many there were once the inbox works again: an outage refuses thousands."""
        if not self._not_acknowledged:
            log.warning("Events are not taken", action="not_acknowledged", platform=SLACK, error=type(error).__name__)
        self._not_acknowledged += events
