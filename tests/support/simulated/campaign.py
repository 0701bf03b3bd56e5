"""Many seeds on both cores: ``python -m simulated.campaign --database sqlite --seeds 200 --start 1`` (``make faults-simulation``)."""

import argparse
import multiprocessing
import os
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from simulated.databases import Database, postgres_database, sqlite_files
from simulated.scenario import Scenario
from simulated.story import play
from simulated.world import MakePlatform, World, logging_into_worlds

from copbot.content import Content
from copbot.resources import data_dir
from copbot.testing.simulation.platform import HarbourPlatform

SHOWN = 80
"""Lines of the trace that a failure shows."""

SEEDS_AT_ONCE = 50
"""Seeds that a worker plays at most before it says how they went."""

DOUBLED = ("one visible post for each outbox row", "each question once", "each response once")
"""Invariants that are about doubling; the others are about losing, or keeping what must not be kept."""


@dataclass(frozen=True)
class Played:
    """How one seed went. ``invariant`` is what did not hold, and ``told`` all that is worth reading about it; empty if all held."""

    seed: int
    kills: int
    posts: int
    responses: int
    digest: str
    invariant: str = ""
    told: str = ""


def load() -> Content:
    """The communities and question sets of the simulation, with the shipped formats and words."""
    return Content.load(Path(__file__).parent / "config", data_dir("prompts"))


def play_seed(
    seed: int,
    database: Database,
    content: Content,
    make_platform: MakePlatform = HarbourPlatform,
    change: Callable[[Scenario], Scenario] = lambda scenario: scenario,
) -> Played:
    """Play one seed to its end, or to the first invariant that does not hold; ``change`` makes something else of its scenario."""
    world = World(seed, database, content, make_platform, change)
    invariant = told = ""
    try:
        world.run(play)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what this seed has found
        invariant = getattr(error, "invariant", type(error).__name__)
        told = _tell(world, error)
    counts = world.counts
    return Played(seed, counts.kills, counts.posts, counts.responses, world.trace.digest, invariant, told)


def _tell(world: World, error: Exception) -> str:
    lines = "\n".join(list(world.trace.lines)[-SHOWN:])
    name = world.database.name
    again = f"make faults-simulation SEEDS=1 START={world.seed} DATABASE={name}"
    return f"{lines}\nSeed {world.seed} on {name} failed: {type(error).__name__}: {error}\nTrace: {world.trace.digest}\nAgain: {again}"


def database_of(name: str) -> AbstractContextManager[Database]:
    """A database of that kind, for one worker. PostgreSQL's server is named by the environment variable POSTGRES_URL."""
    if name == "sqlite":
        return sqlite_files()
    return postgres_database(os.environ["POSTGRES_URL"], f"copbot_simulation_{secrets.token_hex(4)}")


def _work(name: str, seeds: Sequence[int]) -> list[Played]:
    content = load()
    with database_of(name) as database, logging_into_worlds():
        return [play_seed(seed, database, content) for seed in seeds]


def campaign(name: str, seeds: Sequence[int], workers: int) -> Iterator[Played]:
    """Play all these seeds, several at a time; yields how each went, in order."""
    size = min(SEEDS_AT_ONCE, -(-len(seeds) // workers))
    shares = [seeds[at : at + size] for at in range(0, len(seeds), size)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=min(workers, len(shares)), mp_context=context) as pool:
        for played in pool.map(_work, [name] * len(shares), shares):
            yield from played


def run(name: str, start: int, count: int, workers: int) -> int:
    """Play, and print how it goes and one line of totals. The number of seeds that failed."""
    began, totals = time.monotonic(), Counter[str]()
    for played in campaign(name, range(start, start + count), workers):
        totals.update(seeds=1, kills=played.kills, posts=played.posts, responses=played.responses)
        if played.invariant:
            totals.update(**{"doubled" if played.invariant in DOUBLED else "lost": 1})
            print(f"\n{played.told}\n", flush=True)
        if totals["seeds"] % 100 == 0:
            print(f"{name}: {totals['seeds']} of {count} seeds, {time.monotonic() - began:.0f} s", flush=True)
    names = ("seeds", "kills", "posts", "responses", "lost", "doubled")
    words = " ".join(f"{each}={totals[each]}" for each in names)
    print(f"faults_simulation {name}: {words} first={start} ({time.monotonic() - began:.0f} s)", flush=True)
    return totals["lost"] + totals["doubled"]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Play seeds of the simulation.")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--seeds", type=int, default=2000)
    parser.add_argument("--start", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    databases = asked.database or ["sqlite", "postgresql"]
    sys.exit(1 if sum(run(name, asked.start, asked.seeds, asked.workers) for name in databases) else 0)


if __name__ == "__main__":
    main()
