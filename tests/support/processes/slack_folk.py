"""What people do in the loopback Slack."""

import asyncio
from random import Random

from processes.config import LONG
from processes.loopbacks import REGRETTED
from slack_loopback.deliveries import Delivery
from slack_loopback.model import Message
from slack_loopback.reading import pressables
from slack_loopback.server import Loopback

CONFIRM = ":draft-confirm"
TOLD_IN, AGAIN_IN, LOOK = 10.0, 0.5, 0.05
"""Real seconds: a host waits so long for an answer, so long after Slack's warning sign, and so long from look to look."""


class SlackFolk:
    """Everybody in one workspace. What they do is on its way when it returns."""

    def __init__(self, slack: Loopback, random: Random) -> None:
        self._slack = slack
        self._people = slack.people
        self._random = random

    async def schedule(self, host: str, channel: str, wish: str) -> None:
        """Type the command, again if nothing comes of it, and confirm the draft."""
        async with asyncio.timeout(LONG):
            while (draft := await self._drafted(host, channel)) is None:
                if not await self._tried(self._people.slash(host, channel, wish)):
                    await asyncio.sleep(AGAIN_IN)
            while not await self._tried(self._people.press(host, channel, *draft)):  # noqa: ASYNC110 - a person, who presses again
                await asyncio.sleep(AGAIN_IN)

    def questions(self, channel: str) -> list[str]:
        """Those that stand in the channel, oldest first; the take-away is the last."""
        return [message.ts for message in self._people.shown(channel) if opens(message)]

    def own(self, who: str, channel: str, question: str) -> list[str]:
        """What somebody said in a thread, and still stands there."""
        return [message.ts for message in self._people.shown(channel, question) if message.user == who]

    async def say(self, who: str, channel: str, text: str, question: str) -> None:
        """Sometimes it is taken back at once, and Slack tells that first."""
        if self._random.random() >= REGRETTED:
            self._people.say(who, channel, text, question)
            return
        self._slack.deliveries.hold()
        self._people.delete(who, channel, self._people.say(who, channel, text, question))
        self._slack.deliveries.release(lambda held: held[::-1])

    async def edit(self, who: str, channel: str, message: str, text: str) -> None:
        self._people.edit(who, channel, message, text)

    async def remove(self, who: str, channel: str, message: str) -> None:
        self._people.delete(who, channel, message)

    async def settle(self) -> None:
        """Everything is acknowledged, or given up by Slack."""
        deliveries = self._slack.deliveries
        await deliveries.until(lambda: not deliveries.flying and not deliveries.waiting, LONG)

    async def _drafted(self, host: str, channel: str) -> tuple[str, str] | None:
        """The notice with the draft, and the label of the button that confirms it."""
        for _ in range(int(TOLD_IN / LOOK) if self._slack.deliveries.done else 1):
            for notice in self._people.notices(host):
                for _, button in pressables(notice.blocks):
                    if notice.channel == channel and button["action_id"].endswith(CONFIRM):
                        return notice.ts, button["text"]["text"]
            await asyncio.sleep(LOOK)
        return None

    async def _tried(self, delivery: Delivery) -> bool:
        """Whether the bot has acknowledged it."""
        await delivery.over.wait()
        return delivery in self._slack.deliveries.done


def opens(message: Message) -> bool:
    """Whether the bot opened a thread with it."""
    return bool((message.metadata or {}).get("event_payload", {}).get("opens"))
