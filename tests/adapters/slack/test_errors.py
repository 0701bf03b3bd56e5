"""Slack's refusals, in words that a host can act on, and never a guess about what was done."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_loopback.faults import Kind
from slack_loopback.server import Loopback
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from copbot.errors import Gone, NotAuthenticated, NotPermitted, PlatformError, Refused, TryLater, Unclear
from copbot.kit.markdown import plain
from copbot_slack.errors import Asked, of_answer, of_exception
from copbot_slack.settings import read_settings
from copbot_slack.web import Web

POST = Asked("C0SLT")
EDIT = Asked("C0SLT", repeatable=True)


def error_of(code: str, asked: Asked = POST, **beside: str) -> PlatformError:
    """What becomes of an answer with this code."""
    return of_answer(asked, 200, {}, {"ok": False, "error": code, **beside})


class TestTable:
    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("not_in_channel", NotPermitted),
            ("channel_not_found", Gone),
            ("is_archived", Gone),
            ("message_not_found", Gone),
            ("user_not_found", Gone),
            ("missing_scope", NotPermitted),
            ("restricted_action_read_only_channel", NotPermitted),
            ("token_revoked", NotAuthenticated),
            ("account_inactive", NotAuthenticated),
            ("ekm_access_denied", NotPermitted),
            ("expired_trigger_id", Refused),
            ("msg_too_long", Refused),
            ("an_error_of_next_year", Refused),
            ("service_unavailable", TryLater),
            ("team_added_to_org", TryLater),
            ("ratelimited", TryLater),
            ("internal_error", Unclear),
            ("fatal_error", Unclear),
        ],
    )
    def test_every_code_is_of_a_kind(self, code: str, kind: type[PlatformError]) -> None:
        error = error_of(code)
        assert type(error) is kind
        assert error.platform == "slack"
        assert not isinstance(error, Refused) or error.remedy.endswith(".")

    def test_a_host_reads_where_and_what_to_do(self) -> None:
        error = error_of("not_in_channel")
        assert isinstance(error, NotPermitted)
        assert (plain(error.reason), plain(error.remedy)) == ("copbot is not in that channel", "Type /invite @copbot there.")
        assert "(place:slack:C0SLT)" in error.reason

    def test_a_missing_scope_is_named(self) -> None:
        error = error_of("missing_scope", needed="pins:write")
        assert isinstance(error, NotPermitted)
        assert "`pins:write`" in error.reason
        assert "`pins:write`" in error.remedy

    def test_an_unknown_code_is_shown(self) -> None:
        assert "`an_error_of_next_year`" in error_of("an_error_of_next_year").reason

    @pytest.mark.parametrize("code", ["internal_error", "fatal_error"])
    def test_what_may_be_repeated_is_tried_again(self, code: str) -> None:
        assert type(error_of(code, EDIT)) is TryLater


class TestAnswers:
    @pytest.mark.parametrize(
        ("headers", "seconds"), [({"Retry-After": "7"}, 7), ({"Retry-After": "0"}, 1), ({}, 30), ({"Retry-After": "x"}, 30)]
    )
    def test_slack_says_how_long_to_wait(self, headers: dict[str, str], seconds: int) -> None:
        later = of_answer(POST, 429, headers, {"ok": False, "error": "ratelimited"})
        assert isinstance(later, TryLater)
        assert later.after == timedelta(seconds=seconds)

    @pytest.mark.parametrize(
        ("status", "data", "kind"),
        [
            (500, {}, Unclear),
            (502, "<html>", Unclear),
            (503, {"ok": False, "error": "service_unavailable"}, TryLater),
            (200, {}, Unclear),
            (200, b"\x00", Unclear),
            (403, "<html>", TryLater),
        ],
    )
    def test_an_answer_without_a_code_says_nothing_of_what_was_done(self, status: int, data: Any, kind: type[PlatformError]) -> None:
        assert type(of_answer(POST, status, {}, data)) is kind

    @pytest.mark.parametrize(
        ("error", "kind"),
        [
            (aiohttp.ServerDisconnectedError(), Unclear),
            (aiohttp.ClientOSError(104, "reset"), Unclear),
            (aiohttp.ClientPayloadError(), Unclear),
            (aiohttp.SocketTimeoutError(), Unclear),
            (TimeoutError(), Unclear),
            (aiohttp.ConnectionTimeoutError(), TryLater),
            (aiohttp.InvalidURL("x"), TryLater),
        ],
    )
    def test_only_before_anything_was_sent_is_it_certainly_not_done(self, error: Exception, kind: type[PlatformError]) -> None:
        assert type(of_exception(POST, error)) is kind
        assert type(of_exception(EDIT, error)) is TryLater


async def _post(slack: AsyncWebClient) -> AsyncSlackResponse:
    return await slack.chat_postMessage(channel="C0SLT", text="what somebody said")


async def _test(slack: AsyncWebClient) -> AsyncSlackResponse:
    return await slack.auth_test()


def web_to(api_url: str, **settings: Any) -> Web:
    """Calls to this address."""
    return Web(read_settings({"bot_token": "xoxb-loopback", "app_token": "xapp-1", "api_url": api_url, **settings}))


@pytest.fixture
async def wall() -> AsyncIterator[str]:
    """An address that answers everything in plain text, as the log-in page of a guest network does."""

    async def say(_: web.Request) -> web.Response:
        return web.Response(text="Welcome to our network")

    app = web.Application()
    app.router.add_route("*", "/api/{method}", say)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    await runner.cleanup()


class TestOnTheWire:
    async def test_nobody_there(self) -> None:
        with pytest.raises(TryLater) as later:
            await web_to("http://127.0.0.1:9/api/").post(_post)
        assert "127.0.0.1" not in str(later.value)

    async def test_somebody_else_there(self, wall: str) -> None:
        with pytest.raises(Unclear) as unclear:
            await web_to(wall).post(_post)
        assert "somebody" not in str(unclear.value)
        with pytest.raises(TryLater):
            await web_to(wall).read(_test)

    async def test_an_answer_that_does_not_come_in_time(self, slack: Loopback) -> None:
        hold = slack.api.faults.hold("chat.postMessage", done=True)
        with pytest.raises(Unclear):
            await web_to(slack.api_url, timeout_seconds=0.3).post(_post)
        hold.release.set()

    async def test_what_is_too_late_does_not_leave(self, slack: Loopback) -> None:
        async def without_a_body(client: AsyncWebClient) -> AsyncSlackResponse:
            return await client.files_completeUploadExternal(files=[{"id": "F1", "title": "chat.ics"}], channel_id="C0SLT")

        asked: list[bool] = []

        def too_late() -> bool:
            """It still is in time for the headers of a request with a body."""
            asked.append(True)
            return len(asked) == 1

        with pytest.raises(Unclear):
            await web_to(slack.api_url).post(without_a_body, in_time=lambda: False)
        with pytest.raises(Unclear):
            await web_to(slack.api_url).post(_post, in_time=too_late)
        assert slack.api.calls == []
        assert len(asked) == 2

    @pytest.mark.parametrize("kind", [Kind.LATER, Kind.CUT, Kind.LOST, Kind.BROKEN])
    async def test_reads_are_repeated_when_slack_asks_for_patience_or_does_not_answer(self, slack: Loopback, kind: Kind) -> None:
        slack.api.faults.once("auth.test", kind)
        assert (await web_to(slack.api_url).read(_test))["ok"]

    async def test_what_is_done_already_is_fine(self, slack: Loopback) -> None:
        ts = slack.people.say("U0ADA", "C0SLT", "Hello")
        for _ in range(2):
            await web_to(slack.api_url).change(lambda slack: slack.pins_add(channel="C0SLT", timestamp=ts), fine={"already_pinned"})
        with pytest.raises(Refused):
            await web_to(slack.api_url).change(lambda slack: slack.pins_add(channel="C0SLT", timestamp=ts))
