"""What a seed is about: how many chats of which kind, how bad the weather, how many kills."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from copbot.domain.place import Place
from copbot.ports.platform import Threads
from copbot.testing.simulation.harbour import NAME
from copbot.testing.simulation.weather import Weather, drawn

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

CHANNELS = {"quay": "quay", "pier": "quay", "mole": "mole", "dock": "dock"}
"""Channel -> its community (and the beginning of its question sets' names)."""

LENGTHS = {"live": HOUR, "short": 20 * MINUTE, "club": 2 * DAY, "weekly": 14 * DAY}
QUESTIONS = {"live": 3, "short": 3, "club": 4, "weekly": 2}


@dataclass(frozen=True, slots=True)
class Planned:
    """A chat that somebody is going to hold. ``wait``: how long from now it begins."""

    channel: str
    kind: str
    wait: timedelta
    hosts: tuple[str, ...]

    @property
    def place(self) -> Place:
        """Its channel."""
        return Place(NAME, self.channel)

    @property
    def backstage(self) -> Place | None:
        """Its hosts' channel."""
        return None if self.channel == "mole" else Place(NAME, f"{self.channel}-hosts")

    @property
    def question_set(self) -> str:
        """The id of its question set."""
        return f"{CHANNELS[self.channel]}-{self.kind}"

    @property
    def ends(self) -> timedelta:
        """How long from now until it is over."""
        return self.wait + LENGTHS[self.kind]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One seed. ``acts``: what people do, all in all; ``secrecy``: how much of it, of about 23, for their privacy; ``copies``: processes
    at once; ``chores``: whether they read history again now and then, as the real one does every ten minutes. Without, what was missed is
    read after starts and after connections that ended, and again only if that reading failed.
    """

    chats: tuple[Planned, ...]
    weather: Weather
    threads: Threads
    copies: int
    kills: int
    pauses: int
    stops: int
    jumps: int
    closures: int
    acts: int
    chores: bool = True
    secrecy: float = 2

    @property
    def ends(self) -> timedelta:
        """How long people are about."""
        return max(chat.ends for chat in self.chats) + 10 * MINUTE


def draw(random: Random, *, copies: bool) -> Scenario:
    """A scenario; ``copies``: whether there may be several processes at once."""
    kinds = random.choices(("live", "short", "club", "weekly"), weights=(10, 6, 2, 2), k=random.choice((1, 1, 1, 2, 2, 3)))
    channels = random.sample(sorted(CHANNELS), len(kinds))
    return Scenario(
        chats=tuple(_chat(random, channel, kind) for channel, kind in zip(channels, kinds, strict=True)),
        weather=drawn(random),
        threads=random.choice((Threads.REPLIES, Threads.CHANNELS)),
        copies=random.choice((1, 2, 2, 3)) if copies else 1,
        kills=random.choice((0, 1, 2, 4, 8)),
        pauses=random.choice((0, 0, 1, 3)),
        stops=random.choice((0, 0, 1)),
        jumps=random.choice((0, 0, 0, 1, 3)),
        closures=random.choice((0, 0, 0, 1)),
        acts=random.randint(6, 36),
        chores=random.random() < 0.5,
    )


def _chat(random: Random, channel: str, kind: str) -> Planned:
    wait = timedelta(minutes=random.randint(3, 40))
    if random.random() < 0.2:
        wait += random.choice((HOUR, DAY, 8 * DAY))
    hosts = tuple(random.sample(("sally", "lucy"), random.choice((1, 2)))) if channel != "dock" else ("sally", "lucy")
    return Planned(channel, kind, wait, hosts)
