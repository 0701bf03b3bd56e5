"""The campaign itself: seeds that hold, and one seed that is the same every time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from simulated.campaign import play_seed
from simulated.databases import SqliteFiles

from copbot.content import Content

SUPPORT = Path(__file__).parents[2] / "support"
ALIKE = """
from simulated.campaign import load, play_seed
from simulated.databases import sqlite_files
from simulated.world import logging_into_worlds
with sqlite_files() as database, logging_into_worlds():
    print(play_seed({seed}, database, load()).digest)
"""


@pytest.mark.parametrize("seed", [1, 7, 12])
def test_a_seed_holds(seed: int, database: SqliteFiles, simulated_content: Content) -> None:
    played = play_seed(seed, database, simulated_content)
    assert played.invariant == "", played.told
    assert played.posts > 0


def test_one_seed_is_one_course_of_events_in_every_process() -> None:
    digests = set()
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(SUPPORT)}
        played = subprocess.run([sys.executable, "-c", ALIKE.format(seed=12)], env=environment, capture_output=True, text=True, check=True)
        digests.add(played.stdout)
    assert len(digests) == 1
    assert digests != {""}
