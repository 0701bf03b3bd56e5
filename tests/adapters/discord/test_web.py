"""Calls to Discord: within its limits, in time, and not twice what must not be done twice."""

import asyncio
import logging
from datetime import timedelta

import aiohttp
import pytest
from discord_bots import ADA, SLT
from discord_loopback.rest import POST, Bucket
from discord_loopback.server import TOKEN, Loopback
from slack_loopback.faults import Kind

from copbot.errors import NotAuthenticated, TryLater, Unclear
from copbot_discord.limiter import Limiter
from copbot_discord.sending import Call, Sending, trace
from copbot_discord.settings import read_settings
from copbot_discord.web import Web

READ = Call("GET", "/channels/{channel_id}", {"channel_id": SLT})


def web_on(discord: Loopback, seconds: float = 10.0, token: str = TOKEN) -> Web:
    return Web(read_settings({"token": token, "api_url": discord.api_url, "timeout_seconds": seconds}))


def saying(words: str, nonce: str = "") -> Call:
    body = {"content": words, "allowed_mentions": {"parse": []}, **({"nonce": nonce, "enforce_nonce": True} if nonce else {})}
    return Call("POST", "/channels/{channel_id}/messages", {"channel_id": SLT}, body)


def said(discord: Loopback) -> list[str]:
    return [message.content for message in discord.people.shown(SLT)]


class TestOnce:
    async def test_what_carries_a_nonce_discord_py_may_repeat(self, discord: Loopback) -> None:
        discord.rest.faults.once(POST, Kind.INTERNAL_DONE)
        await web_on(discord).post(saying("Q1", "7:q1"), once=False)
        assert said(discord) == ["Q1"]

    @pytest.mark.parametrize("kind", [Kind.INTERNAL, Kind.INTERNAL_DONE, Kind.BROKEN_DONE])
    async def test_what_carries_none_is_stopped_before_it_leaves_again(self, discord: Loopback, kind: Kind) -> None:
        discord.rest.faults.once(POST, kind)
        with pytest.raises(Unclear):
            await web_on(discord).post(saying("Q1"), once=True)
        assert said(discord) == ([] if kind is Kind.INTERNAL else ["Q1"])

    async def test_after_a_short_wait_that_discord_asked_for_it_may_leave(self, discord: Loopback) -> None:
        discord.rest.patience = 1.0
        discord.rest.faults.once(POST, Kind.LATER)
        await web_on(discord).post(saying("Q1"), once=True)
        assert said(discord) == ["Q1"]

    async def test_what_is_late_does_not_leave(self, discord: Loopback) -> None:
        with pytest.raises(Unclear, match="held up"):
            await web_on(discord).post(saying("Q1"), once=False, in_time=lambda: False)
        assert said(discord) == []

    async def test_a_long_wait_is_handed_back(self, discord: Loopback) -> None:
        discord.rest.faults.once(POST, Kind.LATER)
        with pytest.raises(TryLater) as later:
            await web_on(discord).post(saying("Q1"), once=True)
        assert later.value.after.total_seconds() == discord.rest.patience
        assert said(discord) == []


class TestPatience:
    async def test_an_answer_that_does_not_come(self, discord: Loopback) -> None:
        hold = discord.rest.faults.hold("get_channel")
        with pytest.raises(TryLater):
            await web_on(discord, 0.1).change(READ)
        hold.release.set()

    async def test_a_discord_that_is_not_there(self) -> None:
        nowhere = Web(read_settings({"token": TOKEN, "api_url": "http://127.0.0.1:9"}))
        with pytest.raises(TryLater, match="cannot be reached"):
            await nowhere.post(saying("Q1"), once=True)

    async def test_a_token_that_is_wrong(self, discord: Loopback) -> None:
        with pytest.raises(NotAuthenticated):
            await web_on(discord, token="a.wrong.token").read(READ)

    async def test_the_answer_is_there_though_the_limit_is_used_up(self, discord: Loopback) -> None:
        """discord.py alone would hand it over when the limit begins anew."""
        discord.rest.limit("create_message", 1, 600.0)
        await web_on(discord, 1.0).post(saying("Q1"), once=True)
        assert said(discord) == ["Q1"]

    async def test_a_limit_on_everything_is_over_some_time(self, discord: Loopback) -> None:
        """discord.py closes a lock on all requests while it sleeps; whoever gives up must not leave it closed."""
        web = web_on(discord, 0.2)
        await web.read(READ)
        discord.rest.overall = Bucket(0, 0.5)
        with pytest.raises(TryLater):
            await web.change(READ)
        discord.rest.overall = None
        async with asyncio.timeout(5):
            while True:
                try:
                    await web.change(READ)
                    break
                except TryLater:
                    continue

    async def test_what_people_wrote_is_in_no_line_of_the_log(self, discord: Loopback, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG, logger="discord")
        await web_on(discord).post(saying("between us"), once=True)
        assert not [record for record in caplog.records if record.name.startswith("discord") or "between us" in record.getMessage()]

    async def test_a_proxy_is_for_what_is_outside(self, discord: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
        assert (await web_on(discord).read(READ))["id"] == SLT
        with pytest.raises(TryLater):
            await Web(read_settings({"token": TOKEN})).read(READ)

    async def test_the_connection_is_opened_anew_after_it_was_closed(self, discord: Loopback) -> None:
        web = web_on(discord)
        await (await web.http()).close()
        assert (await web.read(READ))["id"] == SLT


class TestLimiter:
    def test_only_so_many_begin_in_a_second(self) -> None:
        limiter = Limiter(most=2, seconds=1.0)
        assert [limiter.wait(now) for now in (10.0, 10.25, 10.5, 11.0, 11.125)] == [0.0, 0.0, 0.5, 0.0, 0.125]

    async def test_the_others_wait_for_their_turn(self) -> None:
        limiter = Limiter(most=1, seconds=0.01)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.gather(*(limiter.take() for _ in range(3)))
        assert loop.time() - began >= 0.02

    async def test_what_does_not_count_does_not_wait(self, discord: Loopback) -> None:
        tracing = trace(Limiter(most=1, seconds=600.0))
        async with asyncio.timeout(10), aiohttp.ClientSession(trace_configs=[tracing]) as session:
            sendings = [Sending(patience=timedelta(), counted=counted) for counted in (False, True, False)]
            for sending in sendings:
                await session.get(discord.api_url, trace_request_ctx=sending)
        assert all(sending.written for sending in sendings)

    async def test_an_answer_to_an_interaction_is_one_of_those(self, discord: Loopback) -> None:
        interaction = discord.world.begin(2, ADA, SLT)
        ids = {"webhook_id": interaction.id, "webhook_token": interaction.token}
        first = {"type": 5, "data": {"flags": 64}}
        await web_on(discord).answer(Call("POST", "/interactions/{webhook_id}/{webhook_token}/callback", ids, first))
        assert interaction.answered == 5
