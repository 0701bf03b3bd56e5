"""``make bench``: one line for each benchmark, ``NAME ours=... peer=... ratio=...``, all from this run; notes go to standard error.

Arguments choose benchmarks. The exit code is 1 if a ratio is above what it may be at most, 2 if there is no such benchmark.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.benchmarks.bursting import due_burst
from tests.benchmarks.discord import discord_stored
from tests.benchmarks.exporting import transcript_100k
from tests.benchmarks.growing import plan_growth
from tests.benchmarks.hearing import heard_postgres, heard_sqlite
from tests.benchmarks.measuring import Figure, LeftOut, note
from tests.benchmarks.slack import slack_stored
from tests.benchmarks.starting import startup

BENCHMARKS: Mapping[str, Callable[[Path], Figure | LeftOut]] = {
    "heard_sqlite": heard_sqlite,
    "heard_postgres": heard_postgres,
    "due_burst": due_burst,
    "plan_growth": plan_growth,
    "transcript_100k": transcript_100k,
    "startup": startup,
    "slack_stored": slack_stored,
    "discord_stored": discord_stored,
}
"""Each is given an empty folder of its own."""


def main(chosen: Sequence[str]) -> int:
    """Run what was chosen, or everything."""
    unknown = [name for name in chosen if name not in BENCHMARKS]
    if unknown:
        note(f"There is no benchmark {unknown[0]}; there are {', '.join(BENCHMARKS)}.")
        return 2
    names = chosen or list(BENCHMARKS)
    return _run(names[0]) if len(names) == 1 else max(map(_in_a_process_of_its_own, names))


def _in_a_process_of_its_own(name: str) -> int:
    """What one benchmark leaves in memory must not weigh on the next."""
    return subprocess.run([sys.executable, "-m", "tests.benchmarks", name], check=False).returncode


def _run(name: str) -> int:
    # Beside the sources, as a folder for temporary files may be in memory, where nothing waits for a disk.
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as folder:
        found = BENCHMARKS[name](Path(folder))
    if isinstance(found, LeftOut):
        note(f"{name} is left out: {found.reason}")
        return 0
    print(f"{name} ours={found.ours} peer={found.peer} ratio={found.ratio:.2f}", flush=True)
    if not found.is_missed:
        return 0
    note(f"{name} misses its target: the ratio may be at most {found.at_most:g}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
