"""The room keeps the port's promises."""

from copbot.testing.contract import PlatformContract


class TestRoomContract(PlatformContract):
    """Fixture ``rig``: conftest.py."""
