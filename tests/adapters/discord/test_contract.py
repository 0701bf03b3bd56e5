"""Discord keeps the port's promises: in a text channel, where questions are messages with threads, and in a forum, where they are posts."""

import pytest

from copbot.testing.contract import PlatformContract


class TestDiscordContract(PlatformContract):
    """Fixture ``rig``: conftest.py."""


@pytest.mark.parametrize("rig", ["forum"], indirect=True)
class TestInAForumContract(PlatformContract):
    """The same; the channel is the forum's lobby."""
