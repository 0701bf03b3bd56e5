"""Slack keeps the port's promises: what it posts in Socket Mode, what it hears in both modes."""

import pytest

from copbot.testing.contract import PlatformContract
from copbot.testing.contract_hearing import HearingContract, InteractionContract

BY_HTTP = pytest.mark.parametrize("rig", ["http"], indirect=True)


class TestSlackContract(PlatformContract):
    """Fixture ``rig``: conftest.py."""


@BY_HTTP
class TestHearingByHttpContract(HearingContract):
    """The same, delivered to copbot's own address."""


@BY_HTTP
class TestInteractionsByHttpContract(InteractionContract):
    """The same, delivered to copbot's own address."""
