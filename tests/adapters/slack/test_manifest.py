"""The app's manifest, and whether it asks for what the adapter uses: no less, no more."""

import ast
import inspect
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from slack_sdk.web.async_client import AsyncWebClient

import copbot_slack
from copbot.ports.platform import CommandSpec
from copbot.services.commands import SPECS
from copbot_slack import bolt, hearing
from copbot_slack.manifest import COMMAND, EVENTS, EVENTS_OF_MANY, METHODS, SCOPES, manifest, missing

ROOT = Path(__file__).parents[3]
SPECS_FOLDER = Path(os.environ.get("COPBOT_SPECS") or ROOT.parent / "shared" / "specs") / "slack" / "manifest-schema"
SOURCES = Path(copbot_slack.__file__).parent
ON_MESSAGE = {"pin": "Pin for the summary", "report": "Report to hosts", "ask": "Ask as next question", "off-record": "Off the record"}
CALLED = re.compile(r'api_call\(\s*"([\w.]+)"')
SDK = {
    name: found[1]
    for name, method in inspect.getmembers(AsyncWebClient, inspect.iscoroutinefunction)
    if (found := CALLED.search(inspect.getsource(method)))
}


def calls() -> Iterator[str]:
    """Methods of the Web API that the adapter's sources call, by their names in Slack."""
    for path in SOURCES.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in SDK:
                yield SDK[node.attr]


@pytest.mark.parametrize("socket", [True, False])
@pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
def test_slack_takes_it(socket: bool, version: str) -> None:
    path = SPECS_FOLDER / f"manifest.schema.{version}.json"
    if not path.is_file():
        pytest.skip(f"no {path.name}: set COPBOT_SPECS")
    made = manifest(SPECS, socket=socket, url="https://chats.example.org/")
    assert [error.message for error in Draft7Validator(json.loads(path.read_text("utf-8"))).iter_errors(made)] == []
    assert json.loads(json.dumps(made)) == made


def test_sockets_need_no_address_and_http_needs_it_everywhere() -> None:
    by_socket, by_http = (manifest(SPECS, socket=socket, url="https://chats.example.org/") for socket in (True, False))
    assert "chats.example.org" not in json.dumps(by_socket)
    assert json.dumps(by_http).count('"https://chats.example.org/slack/events"') == 3
    assert (by_socket["settings"]["socket_mode_enabled"], by_http["settings"]["socket_mode_enabled"]) == (True, False)


def test_with_an_address_other_workspaces_can_install_it_and_leave_again() -> None:
    by_socket, by_http = (manifest(SPECS, socket=socket, url="https://chats.example.org/") for socket in (True, False))
    assert "redirect_urls" not in by_socket["oauth_config"]
    assert by_http["oauth_config"]["redirect_urls"] == ["https://chats.example.org/slack/oauth_redirect"]
    assert by_http["settings"]["event_subscriptions"]["bot_events"] == sorted((*EVENTS, *EVENTS_OF_MANY))


def test_it_has_one_command_and_the_entries_of_a_messages_menu() -> None:
    features = manifest(SPECS, socket=True)["features"]
    assert [one["command"] for one in features["slash_commands"]] == [COMMAND] == [bolt.COMMAND]
    assert {one["callback_id"]: one["name"] for one in features["shortcuts"]} == ON_MESSAGE
    assert "shortcuts" not in manifest([CommandSpec("help", "see help", "help")], socket=True)["features"]


def test_people_can_write_back_and_have_a_page() -> None:
    assert manifest(SPECS, socket=True)["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }


def test_long_names_are_cut() -> None:
    made = manifest([CommandSpec("x", "y" * 200, "x", on_message="z" * 40)], socket=True, name="n" * 50)
    assert len(made["display_information"]["name"]) == 35
    assert (len(made["features"]["shortcuts"][0]["name"]), len(made["features"]["shortcuts"][0]["description"])) == (24, 150)


def test_every_method_in_use_has_its_scope_and_none_is_there_for_nothing() -> None:
    assert set(calls()) == set(METHODS)
    needed = {scope for scopes in METHODS.values() for scope in scopes} | set(filter(None, EVENTS.values())) | {"commands"}
    assert set(SCOPES) == needed
    assert manifest(SPECS, socket=True)["oauth_config"]["scopes"] == {"bot": sorted(SCOPES)}


def test_every_event_understood_is_asked_for_and_no_other() -> None:
    understood = set(hearing._EVENTS)
    assert {event.partition(".")[0] for event in EVENTS} == understood
    assert manifest(SPECS, socket=True)["settings"]["event_subscriptions"] == {"bot_events": sorted(EVENTS)}


def test_what_is_missing_comes_with_its_reason() -> None:
    assert list(missing(SCOPES)) == []
    assert list(missing(set(SCOPES) - {"pins:write"} | {"admin"})) == [("pins:write", SCOPES["pins:write"])]


def test_the_page_about_slack_tells_every_scope_and_event() -> None:
    page = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([\w:]+)` \| (.+?) \|$", page, re.MULTILINE))
    assert {scope: rows.get(scope) for scope in SCOPES} == dict(SCOPES)
    listed: dict[str, Any] = dict.fromkeys(re.findall(r"`([\w.]+)`", page))
    assert {*EVENTS, *EVENTS_OF_MANY} <= set(listed)
