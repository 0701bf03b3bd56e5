"""What was said while nobody listened, within what Slack lets an app read."""

from datetime import UTC, datetime, timedelta

import pytest
from slack_bots import bot_on
from slack_loopback.server import Loopback

from copbot.domain.heard import Edited, Removed, Said
from copbot.domain.message import Message
from copbot.domain.place import Place
from copbot.errors import NotPermitted, TryLater
from copbot_slack import Slack
from copbot_slack.names import instant

ADA, BEN, SLT = "U0ADA", "U0BEN", Place("slack", "C0SLT")
HISTORY = ("conversations.history", "conversations.replies")
AGES_AGO = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)


async def test_a_channel_is_told_oldest_first(slack: Loopback) -> None:
    bot = bot_on(slack)
    await bot.post(SLT, Message("Welcome"), key="1")
    first = slack.people.say(ADA, "C0SLT", "first")
    second = slack.people.say(BEN, "C0SLT", "secnod")
    slack.people.edit(BEN, "C0SLT", second, "second")
    slack.people.bot_says("C0SLT", "Rain tomorrow")
    removed = slack.people.say(ADA, "C0SLT", "not for the record")
    slack.people.delete(ADA, "C0SLT", removed)
    said, edited = await bot.history.since(SLT, AGES_AGO)
    assert isinstance(said, Said)
    assert isinstance(edited, Edited)
    assert (said.message, said.text, said.at) == (first, "first", instant(first))
    assert (edited.message, edited.text, edited.said_at) == (second, "second", instant(second))


async def test_the_moment_itself_counts(slack: Loopback) -> None:
    slack.people.say(ADA, "C0SLT", "before")
    message = slack.people.say(ADA, "C0SLT", "now")
    assert [one.message for one in await bot_on(slack).history.since(SLT, instant(message)) if isinstance(one, Said)] == [message]


async def test_a_thread_is_a_place_of_its_own(slack: Loopback) -> None:
    bot = bot_on(slack)
    thread = (await bot.open_thread(SLT, "Question 1", Message("Why?"), key="1")).place
    slack.people.say(ADA, "C0SLT", "in the channel")
    hidden = slack.people.say(ADA, "C0SLT", "in the thread", thread.thread)
    shared = slack.people.say(BEN, "C0SLT", "for all", thread.thread, broadcast=True)
    told = [one for one in await bot.history.since(thread, AGES_AGO) if isinstance(one, Said)]
    assert [(one.message, one.place) for one in told] == [(hidden, thread), (shared, thread)]
    places = {one.text: one.place for one in await bot.history.since(SLT, AGES_AGO) if isinstance(one, Said)}
    assert places == {"in the channel": SLT, "for all": thread}


async def test_the_root_of_a_thread_that_was_deleted_is_known_to_be(slack: Loopback) -> None:
    root = slack.people.say(ADA, "C0SLT", "A question of mine")
    slack.people.say(BEN, "C0SLT", "An answer", root)
    slack.people.delete(ADA, "C0SLT", root)
    assert [one.message for one in await bot_on(slack).history.since(SLT, AGES_AGO) if isinstance(one, Removed)] == [root]


async def test_pages_are_followed(slack: Loopback) -> None:
    for number in range(450):
        slack.people.say(ADA, "C0SLT", f"line {number}")
    told = [one.text for one in await bot_on(slack).history.since(SLT, AGES_AGO) if isinstance(one, Said)]
    assert told == [f"line {number}" for number in range(450)]


async def test_what_slack_does_not_show_is_a_gap(slack: Loopback) -> None:
    poor = bot_on(slack, low_history=True)
    for number in range(15):
        slack.people.say(ADA, "C0SLT", f"line {number}")
    assert len(await poor.history.since(SLT, AGES_AGO)) == 15
    slack.people.say(ADA, "C0SLT", "one more")
    with pytest.raises(TryLater):
        await poor.history.since(SLT, AGES_AGO)


class TestSoldElsewhere:
    """Apps sold outside Slack's Marketplace: 15 messages a request, one request a minute for each method.

    https://docs.slack.dev/apis/web-api/rate-limits, 4-platforms.md A3
    """

    @pytest.fixture
    def poor(self, slack: Loopback) -> Slack:
        slack.workspace.largest_page = 15
        for method in HISTORY:
            slack.api.faults.limit(method, calls=1, seconds=60)
        return bot_on(slack, low_history=True)

    async def test_one_request_brings_all_there_is_and_the_next_waits_for_a_minute(self, slack: Loopback, poor: Slack) -> None:
        for number in range(15):
            slack.people.say(ADA, "C0SLT", f"line {number}")
        assert [one.text for one in await poor.history.since(SLT, AGES_AGO) if isinstance(one, Said)] == [f"line {n}" for n in range(15)]
        with pytest.raises(TryLater) as refused:
            await poor.history.since(SLT, AGES_AGO)
        assert timedelta(seconds=50) < refused.value.after <= timedelta(seconds=60)
        slack.workspace.time.forward(60)
        assert len(await poor.history.since(SLT, AGES_AGO)) == 15
        assert _asked(slack) == [("conversations.history", 15)] * 2

    async def test_more_than_that_is_a_gap_and_is_not_asked_for(self, slack: Loopback, poor: Slack) -> None:
        for number in range(16):
            slack.people.say(ADA, "C0SLT", f"line {number}")
        with pytest.raises(TryLater):
            await poor.history.since(SLT, AGES_AGO)
        assert _asked(slack) == [("conversations.history", 15)]

    async def test_a_thread_has_a_minute_of_its_own(self, slack: Loopback, poor: Slack) -> None:
        thread = (await poor.open_thread(SLT, "Question 1", Message("Why?"), key="1")).place
        slack.people.say(ADA, "C0SLT", "Because", thread.thread)
        assert len(await poor.history.since(SLT, AGES_AGO)) == 0
        assert [one.text for one in await poor.history.since(thread, AGES_AGO) if isinstance(one, Said)] == ["Because"]
        assert _asked(slack) == [("conversations.history", 15), ("conversations.replies", 15)]


def _asked(slack: Loopback) -> list[tuple[str, int]]:
    """What was asked of the history, and for how many messages, as far as Slack answered."""
    return [
        (call.method, call.args["limit"]) for call in slack.api.calls if call.method in ("conversations.history", "conversations.replies")
    ]


async def test_a_channel_that_copbot_is_not_in(slack: Loopback) -> None:
    with pytest.raises(NotPermitted):
        await bot_on(slack).history.since(Place("slack", "C0ELSEWHERE"), AGES_AGO)
