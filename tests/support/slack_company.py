"""People on the loopback Slack who go on talking while the wire fails."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random

from slack_loopback.model import Message, Wrong
from slack_rig import SlackRig

ADA, BEN, SLT = "U0ADA", "U0BEN", "C0SLT"


class Company:
    """Ada and Ben in a channel and in one thread of it; ``act`` lets one of them do something, or the wire fail."""

    def __init__(self, rig: SlackRig, thread: str, random: Random) -> None:
        self._rig = rig
        self._slack = rig.slack
        self._thread = thread
        self._random = random
        people = (self._say, self._edit, self._delete, self._react)
        wire = (self._cut, self._refresh, self._shuffle, self._double, self._deafen)
        self._acts: list[Callable[[], Awaitable[None] | None]] = [*people * 5, self._say, *wire]

    async def act(self) -> None:
        """One act of somebody's."""
        doing = self._random.choice(self._acts)()
        if doing is not None:
            await doing

    @property
    def standing(self) -> dict[str, str]:
        """What people read of each other."""
        return {one.ts: one.text for one in self._messages() if one.bot is None and one.subtype != "tombstone"}

    @property
    def reacted(self) -> set[tuple[str, str]]:
        """Who has a reaction on what."""
        return {(one.ts, who) for one in self._messages() for by in one.reactions.values() for who in by}

    def _messages(self) -> list[Message]:
        return list(self._slack.workspace.channels[SLT].messages.values())

    def _of_ada(self) -> list[str]:
        return [one.ts for one in self._messages() if one.user == ADA]

    def _say(self) -> None:
        thread = self._random.choice((None, self._thread, self._thread))
        broadcast = thread is not None and self._random.random() < 0.2
        text = f"words {self._random.randrange(1000)}"
        self._slack.people.say(self._random.choice((ADA, BEN)), SLT, text, thread, broadcast=broadcast)

    def _edit(self) -> None:
        if mine := self._of_ada():
            self._slack.people.edit(ADA, SLT, self._random.choice(mine), f"changed {self._random.randrange(1000)}")

    def _delete(self) -> None:
        if mine := self._of_ada():
            self._slack.people.delete(ADA, SLT, self._random.choice(mine))

    def _react(self) -> None:
        if mine := self._of_ada():
            with suppress(Wrong):  # it is on already, or off
                self._slack.people.react(BEN, SLT, self._random.choice(mine), "+1", on=self._random.random() < 0.6)

    def _cut(self) -> None:
        self._slack.links.cut()

    def _refresh(self) -> Awaitable[None]:
        return self._slack.links.refresh()

    def _shuffle(self) -> None:
        """What happens next is reported in another order."""
        self._slack.deliveries.hold()
        for act in (self._say, self._edit, self._react, self._say, self._edit, self._react, self._delete):
            act()
        self._slack.deliveries.release(lambda held: self._random.sample(held, len(held)))

    def _double(self) -> None:
        self._slack.deliveries.double(3)

    def _deafen(self) -> None:
        """The database is not there for a while."""
        self._rig.ears.deaf = not self._rig.ears.deaf
