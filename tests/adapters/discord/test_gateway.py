"""The gateway: heard in order, resumed without a gap, and ended where there is one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from discord_bots import ADA, BEN, SALLY, SLT
from discord_listener import Listener, nothing, until
from discord_loopback.server import Loopback

from copbot.domain.heard import Heard, Said
from copbot.errors import ConfigurationError, NotAuthenticated, TryLater
from copbot_discord.gateway import budgeted
from copbot_discord.socket import check_library


@pytest.fixture
async def bot(discord: Loopback) -> AsyncIterator[Listener]:
    """Ears, not connected yet."""
    bot = Listener(discord)
    yield bot
    await bot.stop()


@pytest.fixture
async def run(bot: Listener) -> asyncio.Task[None]:
    """Their run, once they are connected."""
    await bot.start()
    return bot.run


def texts(bot: Listener) -> list[str]:
    """What people said, as the inbox took it."""
    return [heard.text for heard in bot.heard if isinstance(heard, Said)]


async def test_the_inbox_is_asked_in_the_order_of_arrival(discord: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    for number in range(50):
        discord.people.say(ADA if number % 2 else BEN, SLT, f"line {number}")
    await until(lambda: len(bot.heard) == 50)
    assert texts(bot) == [f"line {number}" for number in range(50)]


async def test_the_gateway_is_read_while_nothing_is_committed(discord: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    committed = asyncio.Event()

    async def commit(_: Heard) -> None:
        await committed.wait()

    bot.then = commit
    for number in range(20):
        discord.people.say(ADA, SLT, f"line {number}")
    await until(lambda: len(bot.heard) == 20)
    assert not committed.is_set()
    committed.set()


class TestGoingOn:
    async def test_a_broken_connection_is_resumed(self, discord: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
        discord.gateway.cut()
        await discord.until(lambda: not discord.gateway.links)
        discord.people.say(ADA, SLT, "while it was away")
        await until(lambda: bool(bot.heard))
        assert (texts(bot), discord.gateway.identified, discord.gateway.resumed) == (["while it was away"], 1, 1)
        assert not run.done()

    async def test_it_comes_again_when_asked_to(self, discord: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
        await discord.gateway.reconnect()
        discord.people.say(ADA, SLT, "meanwhile")
        await discord.until(lambda: discord.gateway.resumed == 1)
        await until(lambda: bool(bot.heard))
        assert (texts(bot), discord.gateway.identified) == (["meanwhile"], 1)

    @pytest.mark.parametrize("code", [4000, 4007, 4009])
    async def test_a_session_that_is_gone_ends_the_run(self, discord: Loopback, bot: Listener, run: asyncio.Task[None], code: int) -> None:
        discord.gateway.forget()
        await discord.gateway.close(code)
        async with asyncio.timeout(5):
            await run
        assert discord.gateway.identified == 1

    async def test_an_invalid_session_ends_the_run(self, discord: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
        await discord.gateway.invalidate()
        async with asyncio.timeout(5):
            await run
        assert discord.gateway.identified == 1

    async def test_a_session_that_may_go_on_goes_on(self, discord: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
        await discord.gateway.invalidate(resumable=True)
        await discord.until(lambda: discord.gateway.resumed == 1)
        discord.people.say(ADA, SLT, "still here")
        await until(lambda: bool(bot.heard))
        assert not run.done()

    async def test_a_connection_that_is_silent_is_given_up(self, discord: Loopback, bot: Listener) -> None:
        discord.gateway.heartbeat, discord.gateway.deaf = 0.1, True
        bot.patience = replace(bot.patience, silence=0.25)
        bot.run = await bot.begin()
        await discord.until(lambda: discord.gateway.resumed >= 1)
        assert 4000 in discord.gateway.closed

    async def test_heartbeats_are_answered_to(self, discord: Loopback, bot: Listener) -> None:
        discord.gateway.heartbeat = 0.05
        await bot.start()
        await discord.until(lambda: discord.gateway.links[0].beats > 3)
        assert not bot.run.done()


class TestNotLetIn:
    async def test_a_revoked_token_says_so(self, discord: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
        discord.revoke()
        await discord.gateway.close(4004)
        with pytest.raises(NotAuthenticated, match="token"):
            await run

    async def test_an_intent_that_is_not_granted_says_where_to_switch_it_on(self, discord: Loopback, bot: Listener) -> None:
        discord.gateway.refusing = 4014
        run = await bot.begin()
        with pytest.raises(NotAuthenticated) as raised:
            await run
        assert "Privileged Gateway Intents" in raised.value.remedy

    async def test_only_what_is_granted_is_asked_for(self, discord: Loopback, bot: Listener) -> None:
        discord.world.granted.clear()
        await bot.start()
        [session] = discord.gateway.sessions.values()
        assert not session.intents & (1 << 1 | 1 << 15)
        assert not bot.run.done()

    async def test_servers_that_want_more_shards_say_so(self, discord: Loopback, bot: Listener) -> None:
        discord.gateway.refusing = 4011
        run = await bot.begin()
        with pytest.raises(NotAuthenticated) as raised:
            await run
        assert "COPBOT_DISCORD__SHARDS" in raised.value.remedy

    async def test_without_a_connection_the_run_fails(self, discord: Loopback, bot: Listener) -> None:
        discord.gateway.refusing = 4000
        run = await bot.begin()
        with pytest.raises(TryLater):
            await run

    def test_another_library_says_what_to_install(self) -> None:
        with pytest.raises(ConfigurationError, match=r"needs discord\.py 2\.7, not 2\.99: pip install 'discord\.py==2\.7\.\*'"):
            check_library((2, 99))


class TestUnreadable:
    @pytest.mark.parametrize(
        "frame",
        [
            "{",
            "[]",
            '"x"',
            '{"op": 0, "t": "MESSAGE_CREATE", "s": 1, "d": {"id": 7}}',
            '{"op": 0, "t": "MESSAGE_DELETE", "s": 1, "d": null}',
        ],
    )
    async def test_what_cannot_be_read_does_not_end_the_connection(
        self, discord: Loopback, bot: Listener, run: asyncio.Task[None], frame: str
    ) -> None:
        await discord.gateway.garble(frame)
        discord.people.say(ADA, SLT, "after it")
        await until(lambda: bool(bot.heard))
        assert (texts(bot), run.done()) == (["after it"], False)

    async def test_it_is_read_in_the_history_a_while_later(self, discord: Loopback, bot: Listener) -> None:
        bot.read_again_after = 0.05
        await bot.start()
        await discord.gateway.garble("{")
        async with asyncio.timeout(5):
            await bot.run
        assert discord.gateway.identified == 1

    async def test_what_nobody_uses_is_nothing(self, discord: Loopback, bot: Listener) -> None:
        bot.read_again_after = 0.0
        await bot.start()
        await discord.gateway.garble('{"op": 0, "t": "TYPING_START", "s": 2, "d": {"channel_id": "1"}}')
        discord.people.say(ADA, SLT, "after it")
        await until(lambda: bool(bot.heard))
        assert not bot.run.done()


class TestShards:
    async def test_each_has_a_connection(self, discord: Loopback) -> None:
        bot = Listener(discord, shards=3)
        await bot.start()
        assert sorted((one.shard, one.shards) for one in discord.gateway.sessions.values()) == [(0, 3), (1, 3), (2, 3)]
        discord.people.say(ADA, SLT, "once")
        await until(lambda: bool(bot.heard))
        assert texts(bot) == ["once"]
        await bot.stop()

    async def test_one_process_at_a_time_hears_a_shard(self, discord: Loopback) -> None:
        leases = Held()
        first, second = Listener(discord, leases=leases.of("first")), Listener(discord, leases=leases.of("second"))
        await first.start()
        run = await second.begin()
        discord.people.say(ADA, SLT, "to the first")
        await until(lambda: bool(first.heard))
        assert (discord.gateway.identified, texts(second), run.done()) == (1, [], False)
        await first.stop()
        leases.holder.clear()
        async with asyncio.timeout(5):
            await run
        await second.start()
        discord.people.say(SALLY, SLT, "to the second")
        await until(lambda: bool(second.heard))
        assert (texts(first), texts(second)) == (["to the first"], ["to the second"])
        await second.stop()

    async def test_who_loses_a_lease_lets_go(self, discord: Loopback) -> None:
        leases = Held()
        bot = Listener(discord, leases=leases.of("first"))
        await bot.start()
        leases.holder["shard:0"] = "another"
        async with asyncio.timeout(5):
            await bot.run
        await discord.until(lambda: not discord.gateway.links)
        assert leases.holder == {"shard:0": "another"}


class TestBudget:
    async def test_half_of_a_days_sessions_may_be_begun_at_any_time(self) -> None:
        async with asyncio.timeout(1):
            assert await budgeted(self._answer(500), 1) == "wss://gateway.example"

    async def test_the_others_are_spread_over_what_is_left_of_the_day(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await budgeted(self._answer(10, reset_after=500), 1)
        assert loop.time() - began >= 0.045

    def _answer(self, left: int, reset_after: int = 86_400_000) -> dict[str, object]:
        limit = {"total": 1000, "remaining": left, "reset_after": reset_after, "max_concurrency": 1}
        return {"url": "wss://gateway.example", "shards": 1, "session_start_limit": limit}


async def test_closing_leaves_nothing_behind(discord: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    bot.then = nothing
    await bot.stop()
    await discord.until(lambda: not discord.gateway.links)
    assert discord.gateway.closed == [1000]


class Held:
    """Leases of several processes; ``holder`` says who has which."""

    def __init__(self) -> None:
        self.holder: dict[str, str] = {}

    def of(self, process: str) -> "Mine":
        """As one process sees them."""
        return Mine(self.holder, process)


class Mine:
    """The leases of one process."""

    def __init__(self, holder: dict[str, str], process: str) -> None:
        self._holder = holder
        self._process = process

    async def take(self, name: str) -> bool:
        """Take or renew."""
        return self._holder.setdefault(name, self._process) == self._process

    async def release(self, name: str) -> None:
        """Let go."""
        if self._holder.get(name) == self._process:
            del self._holder[name]
