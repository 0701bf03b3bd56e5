"""Many seeds, one after the other: ``python -m simulated.campaign --database sqlite --seeds 200 --start 1``."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from copbot.content import Content
from copbot.resources import data_dir
from copbot.testing.simulation.platform import HarbourPlatform
from simulated.databases import Database, postgres_database, sqlite_files
from simulated.story import play
from simulated.world import MakePlatform, World

SHOWN = 60


@dataclass
class Failure:
    """A seed that failed: why, the end of its trace, and how to see it again."""

    seed: int
    database: str
    error: BaseException
    trace: list[str]

    @property
    def replay(self) -> str:
        """The command that shows it again."""
        return f"make faults-simulation SEEDS=1 START={self.seed} DATABASE={self.database}"

    def __str__(self) -> str:
        lines = "\n".join(self.trace[-SHOWN:])
        return f"{lines}\nSeed {self.seed} on {self.database}: {type(self.error).__name__}: {self.error}\nAgain: {self.replay}"


def load() -> Content:
    """The communities and question sets of the simulation, with the shipped formats and words."""
    return Content.load(Path(__file__).parent / "config", data_dir("prompts"))


def run_seed(seed: int, database: Database, content: Content, make_platform: MakePlatform = HarbourPlatform) -> tuple[World, Failure | None]:
    """One seed."""
    world = World(seed, database, content, make_platform)
    try:
        world.run(play)
    except Exception as error:
        return world, Failure(seed, database.name, error, list(world.trace.lines))
    return world, None
