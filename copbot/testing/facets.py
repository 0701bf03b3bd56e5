"""Tests of what a platform may lack."""

from typing import TypeVar

import pytest

T = TypeVar("T")


def facet(found: T | None, name: str) -> T:
    """A facet that the platform has, or a skipped test that says which one it lacks."""
    if found is None:
        pytest.skip(f"this platform has no {name}")
    return found
