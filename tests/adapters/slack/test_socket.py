"""Socket Mode: acknowledged after the commit, in order, without a gap."""

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from slack_listener import Listener, nothing, until
from slack_loopback.server import APP_TOKEN, Loopback

from copbot.domain.heard import Commanded, Heard, Said
from copbot.errors import NotAuthenticated
from copbot_slack.socket import Patience

ADA, BEN, SLT = "U0ADA", "U0BEN", "C0SLT"


@pytest.fixture
async def bot(slack: Loopback) -> AsyncIterator[Listener]:
    """Ears, not connected yet."""
    bot = Listener(slack)
    yield bot
    await bot.stop()


@pytest.fixture
async def run(bot: Listener) -> asyncio.Task[None]:
    """Their run, once they have both sockets."""
    await bot.start()
    return bot.run


def texts(bot: Listener) -> list[str]:
    """What people said, as the inbox took it."""
    return [heard.text for heard in bot.heard if isinstance(heard, Said)]


async def test_nothing_is_acknowledged_before_it_is_committed(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    begun, committed = asyncio.Event(), asyncio.Event()

    async def commit(_: Heard) -> None:
        begun.set()
        await committed.wait()

    bot.then = commit
    slack.people.say(ADA, SLT, "Hello")
    await begun.wait()
    for _ in range(20):
        await asyncio.sleep(0)
    assert slack.deliveries.flying
    committed.set()
    await bot.settled()
    assert len(slack.deliveries.done) == 1


async def test_what_is_refused_comes_again_and_the_history_is_to_be_read(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    refused = asyncio.Event()

    async def refuse(_: Heard) -> None:
        refused.set()
        raise ConnectionError("deaf")

    bot.then = refuse
    slack.people.say(ADA, SLT, "Is anybody there?")
    await refused.wait()
    assert not slack.deliveries.done
    bot.then = nothing
    slack.links.expire()
    await run
    assert texts(bot) == ["Is anybody there?"] * 2


async def test_the_inbox_is_asked_in_the_order_of_arrival(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    slack.links.spread = False
    for number in range(50):
        slack.people.say(ADA if number % 2 else BEN, SLT, f"line {number}")
    await bot.settled()
    assert texts(bot) == [f"line {number}" for number in range(50)]


async def test_a_refresh_leaves_no_moment_without_a_socket(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    await slack.links.refresh()
    await slack.deliveries.until(lambda: slack.links.opened == 4 and len(slack.links.links) == 2)
    slack.people.say(ADA, SLT, "after it")
    await bot.settled()
    assert texts(bot) == ["after it"]
    assert not run.done()


async def test_one_broken_socket_is_replaced(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    transport = slack.links.links[0].request.transport
    assert transport is not None
    transport.abort()
    await slack.deliveries.until(lambda: slack.links.opened == 3)
    slack.people.say(ADA, SLT, "on the other")
    await bot.settled()
    assert texts(bot) == ["on the other"]
    assert not run.done()


async def test_a_moment_without_any_socket_ends_the_run(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    slack.links.cut()
    await run
    await until(lambda: not slack.links.links)
    assert slack.links.opened == 2


async def test_sockets_that_answer_no_pings_are_given_up(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    slack.links.deaf = True
    await run
    assert slack.links.opened >= 2


async def test_silent_sockets_are_replaced_without_a_gap(slack: Loopback, bot: Listener) -> None:
    bot.patience = Patience(silence=0.1)
    await bot.start()
    await slack.deliveries.until(lambda: slack.links.opened >= 6)
    assert not bot.run.done()


async def test_a_socket_without_a_greeting_is_given_up(slack: Loopback, bot: Listener) -> None:
    slack.links.mute = True
    bot.patience = Patience(hello=0.5, again=0.01)
    await bot.start()
    slack.links.mute = False
    await slack.deliveries.until(lambda: slack.links.opened >= 4)
    slack.people.say(ADA, SLT, "at last")
    await bot.settled()
    assert texts(bot) == ["at last"]


async def test_more_than_can_be_committed_is_left_to_slack(slack: Loopback, bot: Listener) -> None:
    bot.most_at_once = 3
    await bot.start()
    go_on = asyncio.Event()

    async def then(_: Heard) -> None:
        await go_on.wait()

    bot.then = then
    for number in range(3):
        slack.people.say(ADA, SLT, f"line {number}")
        await until(lambda: len(bot.heard) > number)  # noqa: B023 - over before the next number
    for number in range(3, 5):
        slack.people.say(ADA, SLT, f"line {number}")
    delivery = slack.people.slash(BEN, SLT, "help")
    await until(lambda: len(bot.heard) == 4)
    go_on.set()
    await delivery.over.wait()
    slack.links.expire()
    await bot.run
    assert texts(bot)[:3] == ["line 0", "line 1", "line 2"]
    assert isinstance(bot.heard[3], Commanded)


async def test_stopping_closes_every_socket(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    await bot.stop()
    await until(lambda: not slack.links.links)
    assert run.cancelled()


async def test_stopping_while_a_run_ends_closes_every_socket(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    slack.links.cut()
    while not run.done():
        await asyncio.sleep(0)
        if not slack.links.links:
            run.cancel()
    assert [one for one in gc.get_objects() if isinstance(one, ClientSession) and not one.closed] == []


async def test_a_refused_token_is_said_at_once(slack: Loopback) -> None:
    slack.api.revoked.add(APP_TOKEN)
    with pytest.raises(NotAuthenticated) as refused:
        await (await Listener(slack).begin())
    assert "COPBOT_SLACK__APP_TOKEN" in refused.value.remedy


async def test_socket_mode_switched_off_ends_for_good(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    await slack.links.refresh("link_disabled")
    with pytest.raises(NotAuthenticated):
        await run
