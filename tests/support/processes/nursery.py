"""Where bot processes come from: a process that has everything imported and read, and forks. A start costs milliseconds.

Takes pickles on standard input: Orders to start a bot, or the process id of one to wait for its end. Answers with a number in a line.
"""

import gc
import os
import pickle
import sys
from pathlib import Path
from typing import NoReturn

from processes.bot import Orders, live

from copbot.content import Content


def main(config: Path) -> None:
    """Serve until standard input ends."""
    import sqlalchemy.dialects.postgresql.psycopg
    import sqlalchemy.dialects.sqlite.pysqlite  # noqa: F401 - what every child would import first

    import copbot_slack.socket  # noqa: F401

    content = Content.of_instance(config, None)
    gc.freeze()
    while True:
        try:
            asked: Orders | int = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        print(os.waitpid(asked, 0)[1] if isinstance(asked, int) else _born(asked, content), flush=True)


def _born(orders: Orders, content: Content) -> int:
    pid = os.fork()
    return pid or _live_and_die(orders, content)


def _live_and_die(orders: Orders, content: Content) -> NoReturn:
    code = 1
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        live(orders, content)
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
