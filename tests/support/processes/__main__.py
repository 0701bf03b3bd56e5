"""``python -m processes sqlite|postgresql``: real kills, round after round, until there were KILLS of them. SEED replays the choices."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from databases import Postgres
from processes.campaign import Plan, Round, Total

KILLS = int(os.environ.get("KILLS", "500"))
SEED = int(os.environ.get("SEED", str(Random().getrandbits(31))))
SITES = 4


def main(kind: str) -> int:
    """Print a line for each round and one in the end; the exit code."""
    seeds, began, total = Random(SEED), time.monotonic(), Total()
    while total.kills < KILLS:
        seed = seeds.getrandbits(31)
        with tempfile.TemporaryDirectory() as folder, plan(kind, Path(folder), KILLS - total.kills) as planned:
            total += play(Round(planned, Path(folder), seed), kind, seed)
    print(f"{kind} {total} seed={SEED} seconds={time.monotonic() - began:.0f}", flush=True)
    return 1 if total.account.lost or total.account.doubled else 0


def play(one: Round, kind: str, seed: int) -> Total:
    """One round, with everything that is worth knowing if it went wrong."""
    try:
        total = asyncio.run(one.play())
    except BaseException:
        print(f"{kind} SEED={SEED} (round {seed}) broke off\n{one.last_words()}", flush=True)
        raise
    print(f"{kind} round: {total}", flush=True)
    if total.account.lost or total.account.doubled:
        print("\n".join([*total.account.lost, *total.account.doubled, one.last_words(), f"SEED={SEED} (round {seed})"]), flush=True)
    return total


@contextmanager
def plan(kind: str, folder: Path, kills: int) -> Iterator[Plan]:
    """What a round is on this kind of database: its kills shared between the sites."""
    share = -(-kills // SITES)
    if kind == "sqlite":
        yield Plan([f"sqlite:///{folder / f'{number}.sqlite3'}" for number in range(SITES)], most_kills=share)
        return
    server = Postgres(os.environ["POSTGRES_URL"])
    try:
        with server.empty() as one, server.empty() as two, server.empty() as three, server.empty() as four:
            yield Plan([one, two, three, four], bots=3, most_kills=share)
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
