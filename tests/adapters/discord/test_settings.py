"""The adapter's settings: what is wrong is said in one line each, and never with a token in it."""

import pytest

from copbot.errors import ConfigurationError
from copbot_discord.settings import read_settings

TOKEN = "MTIz.secret.token"


def faults(**raw: object) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        read_settings(raw)
    return str(error.value).splitlines()


def test_a_token_is_all_it_takes() -> None:
    settings = read_settings({"token": f" {TOKEN} "})
    assert (settings.token, settings.shards, settings.gateway_url) == (TOKEN, 1, "")
    assert TOKEN not in repr(settings)


def test_without_one_it_says_where_to_find_it() -> None:
    [fault] = faults()
    assert fault.startswith("discord.token: needed; at discord.com/developers/applications")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("token", "secret"),
        ("application_id", "copbot"),
        ("shards", 0),
        ("shards", 1000),
        ("api_url", "ftp://example.org"),
        ("api_url", "https://discord.com/api/v10/"),
        ("gateway_url", "https://example.org"),
        ("timeout_seconds", 0),
        ("timeout_seconds", 15),
        ("names", {"de": {"next": "weiter"}}),
        ("tokn", "x"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, value: object) -> None:
    lines = faults(**{"token": TOKEN, name: value})
    assert all(line.startswith(f"discord.{name}") for line in lines)
    assert not any("secret" in line for line in lines)
