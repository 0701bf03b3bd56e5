"""Discord's refusals, in words that a host can act on, and never a guess about what was done."""

from datetime import timedelta

import aiohttp
import pytest

from copbot.errors import Gone, NotAuthenticated, NotPermitted, PlatformError, Refused, TryLater, Unclear
from copbot.kit.markdown import plain
from copbot_discord.errors import RATE_LIMITED, Asked, of_answer, of_exception
from copbot_discord.sending import Sending, seconds

POST = Asked("42", ("SEND_MESSAGES", "ATTACH_FILES"))
EDIT = Asked("42", repeatable=True)


def error_of(code: int, asked: Asked = POST, status: int = 400) -> PlatformError:
    """What becomes of a refusal with this code."""
    return of_answer(asked, status, code, {})


class TestTable:
    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            *((code, Gone) for code in (10003, 10004, 10007, 10008, 10013, 10070)),
            *((code, NotPermitted) for code in (30003, 30010, 50001, 50005, 50007, 50013, 50083, 50278, 90001, 160002, 160005)),
            *((code, NotAuthenticated) for code in (40001, 40002)),
            *((code, TryLater) for code in (20016, 20028, 30046, 40333)),
            *((code, Refused) for code in (30033, 30038, 40060, 40066, 40067, 50006, 50024, 50035, 160006, 200000, 240000)),
            *((code, Refused) for code in (10062, 50027, 999999)),
        ],
    )
    def test_every_code_is_of_a_kind(self, code: int, kind: type[PlatformError]) -> None:
        error = error_of(code)
        assert type(error) is kind
        assert error.platform == "discord"
        assert not isinstance(error, Refused) or error.remedy.endswith(".")
        assert not any(mark in f"{error.reason}{getattr(error, 'remedy', '')}" for mark in "{}")

    def test_a_host_reads_where_and_what_to_do(self) -> None:
        error = error_of(50013)
        assert isinstance(error, NotPermitted)
        assert plain(error.reason) == "copbot lacks a permission in that channel: Send Messages, Attach Files"
        assert plain(error.remedy) == "In that channel: Channel settings > Permissions > add copbot, and allow Send Messages, Attach Files."
        assert "(place:discord:42)" in error.remedy

    def test_a_channel_that_is_not_seen_wants_that_permission_first(self) -> None:
        error = error_of(50001)
        assert isinstance(error, NotPermitted)
        assert "allow View Channels, Send Messages" in error.remedy

    def test_an_unknown_code_is_shown(self) -> None:
        assert "999999" in error_of(999999).reason

    @pytest.mark.parametrize(("status", "kind"), [(400, Refused), (403, NotPermitted), (404, Gone), (413, Refused), (405, TryLater)])
    def test_without_a_code_the_status_says_it(self, status: int, kind: type[PlatformError]) -> None:
        assert type(error_of(0, status=status)) is kind

    def test_a_token_that_is_not_accepted(self) -> None:
        error = error_of(0, status=401)
        assert isinstance(error, NotAuthenticated)
        assert "COPBOT_DISCORD__TOKEN" in error.remedy


class TestAnswers:
    @pytest.mark.parametrize("status", [500, 502, 503, 504, 524])
    def test_discords_own_errors_say_nothing(self, status: int) -> None:
        assert type(error_of(0, POST, status)) is Unclear
        assert type(error_of(0, EDIT, status)) is TryLater

    @pytest.mark.parametrize(
        ("header", "after"), [("2.5", timedelta(seconds=2.5)), ("0", timedelta(seconds=1)), ("", RATE_LIMITED), ("soon", RATE_LIMITED)]
    )
    def test_patience_is_as_long_as_discord_says(self, header: str, after: timedelta) -> None:
        error = of_answer(POST, 429, 0, {"Retry-After": header})
        assert isinstance(error, TryLater)
        assert error.after == after

    def test_no_wait_is_without_end(self) -> None:
        assert seconds("1e400") is None


class TestLostConnections:
    async def test_what_never_left_is_not_done(self) -> None:
        error = of_exception(POST, TimeoutError(), Sending(patience=timedelta()))
        assert type(error) is TryLater

    async def test_what_left_may_be_done(self) -> None:
        sending = Sending(patience=timedelta())
        sending.leave()
        assert type(of_exception(POST, aiohttp.ServerDisconnectedError(), sending)) is Unclear
        assert type(of_exception(EDIT, aiohttp.ServerDisconnectedError(), sending)) is TryLater

    async def test_what_discord_put_off_is_not_done(self) -> None:
        sending = Sending(patience=timedelta(minutes=1))
        sending.leave()
        sending.answered(429, {"Retry-After": "7"})
        error = of_exception(POST, TimeoutError(), sending)
        assert isinstance(error, TryLater)
        assert error.after == timedelta(seconds=7)

    async def test_no_address_is_told(self) -> None:
        error = of_exception(POST, aiohttp.InvalidURL("http://secret.example"), Sending(patience=timedelta()))
        assert "secret" not in str(error)
