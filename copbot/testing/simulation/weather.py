"""What goes wrong between the bot and the platform, and how often. One weather a seed."""

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random


class Memory(StrEnum):
    """What the platform itself does with a second post of the same key.

    ALWAYS: shows nothing new, for ever. FOR_A_WHILE: for two minutes, as a nonce does. NEVER: shows a second message, so that only
    looking before sending helps.
    """

    ALWAYS = "always"
    FOR_A_WHILE = "for_a_while"
    NEVER = "never"


class Mishap(StrEnum):
    """What becomes of one request of the bot's."""

    NONE = "none"
    LATER = "later"
    LOST = "lost"
    ANSWER_LOST = "answer_lost"
    ANSWER_LATE = "answer_late"
    REFUSED = "refused"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Weather:
    """Chances, from 0 to 1, of what goes wrong.

    ``later`` ... ``broken`` are for one request: asked to wait, lost on the way, done but the answer lost or late, refused, an adapter's
    own fault after it was done. ``twice``, ``delayed``, ``unheard`` are for one event: delivered twice, seconds late, not at all while
    connected. ``falls`` is for the connection, for each event it carries. ``blind``: nothing can ever be looked up.
    ``everybody``: every connected copy gets every event, else one of them. ``again``: events nobody acknowledged are brought again.
    """

    later: float = 0
    lost: float = 0
    answer_lost: float = 0
    answer_late: float = 0
    refused: float = 0
    broken: float = 0
    twice: float = 0
    delayed: float = 0
    falls: float = 0
    memory: Memory = Memory.ALWAYS
    blind: bool = False
    everybody: bool = False
    again: bool = False

    def mishap(self, random: Random) -> Mishap:
        """What becomes of the next request."""
        drawn = random.random()
        for chance, mishap in (
            (self.later, Mishap.LATER),
            (self.lost, Mishap.LOST),
            (self.answer_lost, Mishap.ANSWER_LOST),
            (self.answer_late, Mishap.ANSWER_LATE),
            (self.refused, Mishap.REFUSED),
            (self.broken, Mishap.BROKEN),
        ):
            if drawn < chance:
                return mishap
            drawn -= chance
        return Mishap.NONE


CALM = Weather()
"""Nothing goes wrong."""


def drawn(random: Random) -> Weather:
    """A weather: how bad it is at all, then how bad in each way."""
    worst = random.choice((0.0, 0.02, 0.05, 0.15))

    def some(share: float = 1.0) -> float:
        return random.uniform(0, worst * share)

    return Weather(
        later=some(),
        lost=some(),
        answer_lost=some(),
        answer_late=some(),
        refused=some(0.2),
        broken=some(0.3),
        twice=some(2),
        delayed=some(2),
        falls=some(0.3),
        memory=random.choice(tuple(Memory)),
        blind=random.random() < 0.05,
        everybody=random.random() < 0.5,
        again=random.random() < 0.5,
    )


def calmed(weather: Weather) -> Weather:
    """The same platform on a fine day."""
    return replace(CALM, memory=weather.memory, everybody=weather.everybody, again=weather.again)
