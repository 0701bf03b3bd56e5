"""A bot at work is not searched for garbage all the time, and leaves the process as it was."""

import gc
from itertools import repeat

from copbot.runtime.collecting import searching_seldom


def searches(objects: int) -> int:
    before: int = gc.get_stats()[0]["collections"]
    kept: list[list[int]] = [[] for _ in repeat(None, objects)]
    assert len(kept) == objects
    after: int = gc.get_stats()[0]["collections"]
    return after - before


def test_a_batch_is_not_searched_while_it_is_in_use() -> None:
    usual = gc.get_threshold()
    with searching_seldom():
        gc.collect()
        at_work = searches(5000)
    gc.collect()
    assert (at_work, gc.get_threshold()) == (0, usual)
    assert searches(5000) > 3
