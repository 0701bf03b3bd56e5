"""What may be set for Slack, and what is said about what may not."""

import pytest

from copbot.errors import ConfigurationError
from copbot_slack.names import instant, place, ts_of, version
from copbot_slack.settings import read_settings

SOCKET = {"bot_token": "xoxb-1-secret", "app_token": "xapp-1-secret"}
KEYS = ("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "-_EyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
APP = {"client_id": "123.456", "client_secret": "1-secret", "signing_secret": "8f742231b10e"}
MANY = {**APP, "encryption_keys": KEYS[0], "public_url": "https://chats.example.org/"}
HTTP = {"mode": "http", "bot_token": "xoxb-1-secret", "signing_secret": "8f742231b10e"}


class TestSettings:
    def test_two_tokens_are_enough_for_socket_mode(self) -> None:
        settings = read_settings(SOCKET)
        assert (settings.mode, settings.connections, settings.api_url) == ("socket", 2, "https://slack.com/api/")

    def test_the_environment_gives_words_and_white_space(self) -> None:
        settings = read_settings({**SOCKET, "bot_token": " xoxb-1-secret\n", "connections": "3", "low_history": "true"})
        assert (settings.bot_token, settings.connections, settings.low_history) == ("xoxb-1-secret", 3, True)

    def test_http_mode_needs_no_app_token(self) -> None:
        assert read_settings(HTTP).app_token == ""

    def test_an_app_that_many_install_is_called_by_http(self) -> None:
        settings = read_settings(MANY)
        assert (settings.many, settings.mode, settings.public_url) == (True, "http", "https://chats.example.org")
        assert not read_settings(SOCKET).many

    @pytest.mark.parametrize("written", [f"{KEYS[0]},{KEYS[1]}", f"{KEYS[0]}\n{KEYS[1]}\n", list(KEYS), f" {KEYS[0]} , {KEYS[1]}"])
    def test_several_keys_stand_in_one_line_or_in_a_list(self, written: object) -> None:
        assert read_settings({**MANY, "encryption_keys": written}).encryption_keys == KEYS

    @pytest.mark.parametrize(
        ("raw", "names"),
        [
            ({}, ["slack.bot_token", "slack.app_token"]),
            ({"mode": "http"}, ["slack.bot_token", "slack.signing_secret"]),
            ({"bot_token": "xapp-1-secret", "app_token": "xoxb-1-secret"}, ["slack.bot_token", "slack.app_token"]),
            ({**SOCKET, "mode": "rtm"}, ["slack.mode"]),
            ({**SOCKET, "bottoken": "xoxb-2"}, ["slack.bottoken"]),
            ({**SOCKET, "connections": 11, "ping_seconds": 0}, ["slack.connections", "slack.ping_seconds"]),
            ({**SOCKET, "timeout_seconds": 15}, ["slack.timeout_seconds"]),
            ({**SOCKET, "api_url": "http://slack.example/api/"}, ["slack.api_url"]),
            ({**SOCKET, "api_url": "https://slack.com/api"}, ["slack.api_url"]),
            ({**MANY, "bot_token": "xoxb-1-secret"}, ["slack.bot_token"]),
            ({"client_id": "1"}, ["slack.client_secret", "slack.signing_secret", "slack.encryption_keys", "slack.public_url"]),
            ({**MANY, "client_id": ""}, ["slack.client_id"]),
            ({**MANY, "encryption_keys": f"{KEYS[0]},secret"}, ["slack.encryption_keys"]),
            ({**MANY, "public_url": "http://chats.example.org"}, ["slack.public_url"]),
        ],
    )
    def test_one_line_for_each_thing_to_mend(self, raw: dict[str, object], names: list[str]) -> None:
        with pytest.raises(ConfigurationError) as refused:
            read_settings(raw)
        assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == names

    @pytest.mark.parametrize(
        "raw", [{**SOCKET, "bot_token": ["xoxb-1-secret"]}, {"bot_token": "xapp-1-secret"}, HTTP | {"mode": "socket"}, MANY | SOCKET]
    )
    def test_no_token_is_ever_written_out(self, raw: dict[str, object]) -> None:
        with pytest.raises(ConfigurationError) as refused:
            read_settings(raw)
        assert "secret" not in str(refused.value).replace("signing_secret", "")
        assert "secret" not in repr(read_settings(SOCKET))
        assert not any(secret in repr(read_settings(MANY)) for secret in ("1-secret", *KEYS))


class TestNames:
    @pytest.mark.parametrize("ts", ["1517427000.000100", "1517427000.999999", "0000000001.000001"])
    def test_instants_are_exact(self, ts: str) -> None:
        assert version(ts_of(instant(ts))) == version(ts)
        assert instant(ts).utcoffset() is not None

    def test_a_short_fraction_is_a_fraction(self) -> None:
        assert version("1517427000.1") - version("1517427000") == 100_000

    def test_a_root_stands_in_its_channel_and_a_reply_in_its_thread(self) -> None:
        assert place("C1", "1.000001", "1.000001") == place("C1", "1.000001") == place("C1")
        assert place("C1", "2.000001", "1.000001").thread == "1.000001"
