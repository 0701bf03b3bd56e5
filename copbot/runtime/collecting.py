"""Python's search for garbage, set for a program that makes thousands of objects at once and keeps none of them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SEARCH_AFTER = 10_000
"""New objects. One batch of messages makes more than the 700 after which Python searches by itself, and so would be searched several times
over while all of it is in use (measured: a twentieth of a message's cost). https://docs.python.org/3.11/library/gc.html#gc.set_threshold
"""


@contextmanager
def searching_seldom() -> Iterator[None]:
    """For as long as a bot is at work."""
    usual = gc.get_threshold()
    gc.set_threshold(SEARCH_AFTER, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
