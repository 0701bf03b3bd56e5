"""``python -m processes sqlite|postgresql [room|slack|discord]``: real kills, round after round, until there were KILLS of them.

SEED replays the choices.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

from databases import Postgres
from processes.campaign import Plan, Round, Total

from copbot_room.model import ROOM

KILLS = int(os.environ.get("KILLS", "500"))
SEED = int(os.environ.get("SEED", str(Random().getrandbits(31))))
SITES = 8
"""At most at once: what two cores bear. Half as many on PostgreSQL, with two replicas each."""

LEAST = 12
"""Kills at a site at least."""


def main(kind: str, platform: str = ROOM) -> int:
    """Print a line for each round and one in the end; the exit code."""
    seeds, began, total = Random(SEED), time.monotonic(), Total()
    while total.kills < KILLS:
        seed = seeds.getrandbits(31)
        with tempfile.TemporaryDirectory() as folder, plan(kind, platform, Path(folder), KILLS - total.kills) as planned:
            total += play(Round(planned, Path(folder), seed), f"{platform} on {kind}", seed)
    print(f"{platform} on {kind}: {total} seed={SEED} seconds={time.monotonic() - began:.0f}", flush=True)
    return 1 if total.account.lost or total.account.doubled else 0


def play(one: Round, what: str, seed: int) -> Total:
    """One round, with everything that is worth knowing if it went wrong."""
    try:
        total = asyncio.run(one.play())
    except BaseException:  # an interruption, too: what the bots said last goes with their folder
        print(f"{what} SEED={SEED} (round {seed}) broke off\n{one.last_words()}", flush=True)
        raise
    print(f"{what}, round: {total}", flush=True)
    if total.account.lost or total.account.doubled:
        print("\n".join([*total.account.lost, *total.account.doubled, one.last_words(), f"SEED={SEED} (round {seed})"]), flush=True)
    return total


@contextmanager
def plan(kind: str, platform: str, folder: Path, kills: int) -> Iterator[Plan]:
    """What a round is on this kind of database: its kills shared between the sites."""
    if kind == "sqlite":
        sites = min(SITES, max(kills // LEAST, 1))
        yield Plan([f"sqlite:///{folder / f'{number}.sqlite3'}" for number in range(sites)], platform, most_kills=-(-kills // sites))
        return
    sites = min(SITES // 2, max(kills // LEAST, 1))
    with closing(Postgres(os.environ["POSTGRES_URL"])) as server, ExitStack() as databases:
        urls = [databases.enter_context(server.empty()) for _ in range(sites)]
        yield Plan(urls, platform, bots=2, most_kills=-(-kills // sites), every=timedelta(seconds=60))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
