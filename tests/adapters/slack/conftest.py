"""A Slack on the loopback address with Ada, Ben and Sally in it; whatever goes over its wire must be as Slack publishes it."""

from collections.abc import AsyncIterator

import pytest
from slack_loopback.schemas import absent
from slack_loopback.server import Loopback
from slack_loopback.workspace import BOT_USER
from slack_rig import SlackRig

from copbot_slack.manifest import EVENTS, SCOPES

ADA, BEN, SALLY = "U0ADA", "U0BEN", "U0SALLY"
SLT, HOSTS, ELSEWHERE = "C0SLT", "G0HOSTS", "C0ELSEWHERE"


def populate(slack: Loopback) -> None:
    """People and channels; the bot is in all but one."""
    for id, name in ((ADA, "Ada"), (BEN, "Ben"), (SALLY, "Sally")):
        slack.workspace.add_user(id, name)
    slack.workspace.add_channel(SLT, "slt", BOT_USER, ADA, BEN, SALLY)
    slack.workspace.add_channel(HOSTS, "hosts", BOT_USER, SALLY, kind="group")
    slack.workspace.add_channel(ELSEWHERE, "elsewhere", ADA, BEN)


@pytest.fixture
async def rig(request: pytest.FixtureRequest, slack: Loopback) -> AsyncIterator[SlackRig]:
    """The rig of the contract, granted what the manifest asks for; in Socket Mode unless the test is played in both."""
    slack.workspace.scopes, slack.subscribed = frozenset(SCOPES), frozenset(EVENTS)
    rig = SlackRig(slack, getattr(request, "param", "socket"))
    yield rig
    await rig.kill()


@pytest.fixture
async def slack() -> AsyncIterator[Loopback]:
    """Fails the test in the end for every request that Slack would refuse."""
    async with Loopback() as slack:
        populate(slack)
        yield slack
    assert not slack.faults, "\n".join(slack.faults)


def pytest_report_header() -> str:
    """Whether requests are held against the published schemas."""
    return f"Slack's schemas: {absent() or 'every request is held against them'}"
