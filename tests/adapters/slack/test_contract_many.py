"""Many workspaces keep the port's promises, too: each of them is one Slack among others."""

from collections.abc import AsyncIterator

import pytest
from slack_loopback.server import Loopback
from slack_many_rig import ManyRig

from copbot.testing.contract import PlatformContract
from copbot_slack.manifest import EVENTS, SCOPES


@pytest.fixture
async def rig(slack: Loopback) -> AsyncIterator[ManyRig]:
    """The rig of the contract, with an installation of copbot that was there before."""
    slack.workspace.scopes, slack.subscribed = frozenset(SCOPES), frozenset(EVENTS)
    rig = ManyRig(slack)
    await rig.install()
    yield rig
    await rig.kill()


class TestWorkspacesContract(PlatformContract):
    """All of it, by HTTP, with ids that name the workspace."""
