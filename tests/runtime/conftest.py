"""Fixtures for tests of what runs in the background."""

from collections.abc import AsyncIterator

import pytest
from background import Background


@pytest.fixture
async def background() -> AsyncIterator[Background]:
    """Things that run beside a test."""
    made = Background()
    yield made
    await made.stopped()
