"""Settings: where they come from, who wins, and what a fault says."""

import os
import re
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from copbot.app import adapters_of
from copbot.content import Content
from copbot.errors import ConfigurationError
from copbot.platform_settings import RoomChannel, RoomPersona, RoomSettings
from copbot.settings import Settings, names, reference
from copbot_discord.settings import read_settings as discord_settings
from copbot_room.settings import read_settings

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _only_what_the_test_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("COPBOT_")]:
        monkeypatch.delenv(name)


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "copbot.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def _faults(file: Path | None = None) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        Settings.load(file)
    return str(caught.value).splitlines()


def test_nothing_need_be_set() -> None:
    settings = Settings.load()
    assert settings.database_url.get_secret_value() == "sqlite:///copbot.sqlite3"
    assert (settings.host, settings.port, settings.log_format, settings.log_level) == ("127.0.0.1", 8000, "auto", "info")
    assert settings.room.enabled is None


def test_the_file_is_given_or_named_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _written(tmp_path, "port: 8001\nroom:\n  path: null\n  channels:\n    - {id: lobby, title: Lobby}\n")
    assert Settings.load(path).port == 8001
    monkeypatch.setenv("COPBOT_SETTINGS", str(path))
    settings = Settings.load()
    assert settings.port == 8001
    assert settings.room.path is None
    assert settings.room.channels == (RoomChannel(id="lobby", title="Lobby"),)


def test_the_room_takes_what_the_settings_offer(tmp_path: Path) -> None:
    path = _written(tmp_path, "room: {path: r.sqlite3, channels: [{id: a, title: A, hosts: true}], personas: [{id: sally, name: Sally}]}\n")
    taken = read_settings(Settings.load(path).room.for_adapter())
    assert taken.path == "r.sqlite3"
    assert [(channel.id, channel.title, channel.hosts) for channel in taken.channels] == [("a", "A", True)]
    assert [(persona.id, persona.name, persona.host) for persona in taken.personas] == [("sally", "Sally", False)]
    assert RoomSettings(path=None).for_adapter() == {}


def test_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    assert Settings.load(_written(tmp_path, "# later\n")) == Settings.load()


def test_the_environment_wins_setting_by_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _written(tmp_path, "port: 8001\nlog_level: debug\nroom: {enabled: false, path: here.sqlite3}\n")
    monkeypatch.setenv("COPBOT_PORT", "8002")
    monkeypatch.setenv("COPBOT_ROOM__PATH", "there.sqlite3")
    settings = Settings.load(path)
    assert (settings.port, settings.log_level) == (8002, "debug")
    assert (settings.room.enabled, settings.room.path) == (False, Path("there.sqlite3"))


def test_lists_and_nothing_can_be_set_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPBOT_ROOM__PERSONAS", '[{"id": "sally", "name": "Sally", "host": true}]')
    monkeypatch.setenv("COPBOT_ROOM__PATH", "null")
    room = Settings.load().room
    assert room.personas == (RoomPersona(id="sally", name="Sally", host=True),)
    assert room.path is None


def test_an_empty_variable_sets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPBOT_PORT", "")
    assert Settings.load().port == 8000


def test_a_secret_can_stay_in_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "database").write_text("sqlite:////data/copbot.sqlite3\n", encoding="utf-8")
    (tmp_path / "path").write_text("room.sqlite3", encoding="utf-8")
    monkeypatch.setenv("COPBOT_DATABASE_URL_FILE", str(tmp_path / "database"))
    monkeypatch.setenv("COPBOT_ROOM__PATH_FILE", str(tmp_path / "path"))
    settings = Settings.load(_written(tmp_path, "database_url: sqlite:///other.sqlite3\n"))
    assert settings.database_url == SecretStr("sqlite:////data/copbot.sqlite3")
    assert settings.room.path == Path("room.sqlite3")


def test_a_secret_is_never_shown() -> None:
    assert "copbot.sqlite3" not in repr(Settings.load().database_url)


def test_all_faults_are_told_at_once_each_where_it_must_be_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _written(tmp_path, "databse_url: x\nport: many\nroom:\n  pth: here\n  channels:\n    - id: a\n")
    monkeypatch.setenv("COPBOT_LOG_FROMAT", "json")
    monkeypatch.setenv("COPBOT_ROOM__ENABLED", "perhaps")
    assert sorted(_faults(path)) == sorted(
        [
            "COPBOT_LOG_FROMAT: there is no such setting, did you mean COPBOT_LOG_FORMAT?",
            "COPBOT_ROOM__ENABLED: should be a valid boolean, unable to interpret input",
            f"{path}:1: databse_url: there is no such setting, did you mean database_url?",
            f"{path}:2: port: should be a valid integer, unable to parse string as an integer",
            f"{path}:4: room.pth: there is no such setting, did you mean path?",
            f"{path}:6: room.channels.0.title: Field required",
        ]
    )


@pytest.mark.parametrize("name", ["COPBOT_DATABSE_URL", "COPBOT_DATABASE_URLS", "COPBOT_DATABSE_URL_FILE"])
def test_a_misspelt_variable_is_a_fault(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "sqlite:///x")
    assert _faults() == [f"{name}: there is no such setting, did you mean COPBOT_DATABASE_URL?"]


def test_a_variable_unlike_any_other_is_a_fault_without_a_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPBOT_ZEBRA", "1")
    assert _faults() == ["COPBOT_ZEBRA: there is no such setting"]


def test_a_misspelt_inner_variable_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPBOT_ROOM__PTH", "x")
    assert _faults() == ["COPBOT_ROOM__PTH: there is no such setting, did you mean COPBOT_ROOM__PATH?"]


def test_setting_and_file_together_are_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "port").write_text("8001", encoding="utf-8")
    monkeypatch.setenv("COPBOT_PORT", "8002")
    monkeypatch.setenv("COPBOT_PORT_FILE", str(tmp_path / "port"))
    assert _faults() == ["COPBOT_PORT_FILE: COPBOT_PORT is set as well; set one of the two"]


def test_a_fault_never_shows_the_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPBOT_DATABASE_URL", "mysql://sally:hunter2@db/copbot")
    monkeypatch.setenv("COPBOT_ROOM__CHANNELS", "hunter2")
    assert _faults() == [
        "COPBOT_DATABASE_URL: a database address looks like sqlite:///copbot.sqlite3 or postgresql://user:password@host/copbot",
        'COPBOT_ROOM__CHANNELS: a list is written as JSON here, for example [{"id": "lobby", "title": "Lobby"}]',
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("port: 1\nhost: [\n", ":3: expected the node content, but found '<stream end>'"),
        ("port: 8001\nport: 8002\n", ":2: 'port' is set twice"),
        ("- port\n", ":1: settings are written as 'name: value', one to a line"),
        ("port: 70000\n", ":1: port: should be less than or equal to 65535"),
        ("\t\n", ":1: found character '\\t' that cannot start any token"),
        ("port: !!python/name:os.system\n", ":1: could not determine a constructor for the tag 'tag:yaml.org,2002:python/name:os.system'"),
    ],
)
def test_a_fault_in_the_file_names_its_line(text: str, fault: str, tmp_path: Path) -> None:
    path = _written(tmp_path, text)
    assert _faults(path) == [f"{path}{fault}"]


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = tmp_path / "absent.yaml"
    assert _faults(absent) == [f"{absent}: cannot read the settings: No such file or directory"]
    (tmp_path / "latin.yaml").write_bytes(b"host: \xe9\n")
    assert _faults(tmp_path / "latin.yaml") == [f"{tmp_path / 'latin.yaml'}: cannot read the settings: it is not UTF-8 text"]
    monkeypatch.setenv("COPBOT_PORT_FILE", str(absent))
    assert _faults() == [f"COPBOT_PORT_FILE: cannot read {absent}: No such file or directory"]


@pytest.mark.parametrize("written", ["one,two", "[one, two]"])
def test_several_keys_are_a_line_or_a_list(written: str, tmp_path: Path) -> None:
    path = _written(tmp_path, f"slack:\n  encryption_keys: {written}\n")
    assert Settings.load(path).slack.for_adapter()["encryption_keys"] == "one,two"


def test_an_app_that_many_workspaces_install_switches_slack_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPBOT_SLACK__CLIENT_ID", "123.456")
    assert list(adapters_of(Settings.load(), Content.of_instance(None, None))) == ["slack"]


def test_the_example_file_documents_every_setting_at_its_default(tmp_path: Path) -> None:
    example = (ROOT / "config" / "copbot.example.yaml").read_text(encoding="utf-8")
    settings = "\n".join(line[1:] for line in example.splitlines() if re.match(r"#(?:\S|  )", line))
    assert set(yaml.safe_load(settings)) == set(Settings.model_fields)
    path = _written(tmp_path, settings)
    shown = Settings.load(path)
    same = {"database_url", "host", "port", "log_format", "log_level"}
    assert shown.model_dump(include=same) == Settings.load().model_dump(include=same)
    assert Settings.load(_written(tmp_path, example)) == Settings.load()


def test_every_setting_is_described() -> None:
    rows = list(reference())
    assert len(rows) == 2 + len(list(names()))
    assert all(not row.endswith("| None |") for row in rows)


def test_slack_is_switched_on_by_its_tokens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bot").write_text("xoxb-1\n")
    monkeypatch.setenv("COPBOT_SLACK__BOT_TOKEN_FILE", str(tmp_path / "bot"))
    monkeypatch.setenv("COPBOT_SLACK__APP_TOKEN", "xapp-1")
    settings = Settings.load()
    assert "xoxb-1" not in repr(settings)
    adapters = adapters_of(settings, Content.of_instance(None, None))
    assert list(adapters) == ["slack"], "the room has no log-in: beside a real platform it is not served unasked"
    assert (adapters["slack"]["bot_token"], adapters["slack"]["app_token"], adapters["slack"]["mode"]) == ("xoxb-1", "xapp-1", "socket")


def test_the_room_stands_beside_another_platform_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPBOT_SLACK__BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("COPBOT_ROOM__ENABLED", "true")
    assert list(adapters_of(Settings.load(), Content.of_instance(None, None))) == ["room", "slack"]


def test_discord_is_switched_on_by_its_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a.b.c\n")
    monkeypatch.setenv("COPBOT_DISCORD__TOKEN_FILE", str(tmp_path / "token"))
    settings = Settings.load(_written(tmp_path, "discord:\n  shards: 2\n"))
    assert "a.b.c" not in repr(settings)
    adapters = adapters_of(settings, Content.of_instance(None, None))
    assert list(adapters) == ["discord"], "the room has no log-in: beside a real platform it is not served unasked"
    taken = discord_settings(adapters["discord"])
    assert (taken.token, taken.shards, taken.names) == ("a.b.c", 2, {})
    monkeypatch.setenv("COPBOT_SLACK__BOT_TOKEN", "xoxb-1")
    assert list(adapters_of(Settings.load(), Content.of_instance(None, None))) == ["slack", "discord"]


def test_without_a_token_discord_is_off_whatever_else_is_set(tmp_path: Path) -> None:
    settings = Settings.load(_written(tmp_path, "discord:\n  application_id: '12'\n  names_file: absent.yaml\n"))
    assert list(adapters_of(settings, Content.of_instance(None, None))) == ["room"]


def test_discord_takes_what_commands_are_called_in_other_languages(tmp_path: Path) -> None:
    (tmp_path / "names.yaml").write_text("de:\n  schedule: {name: planen}\n", encoding="utf-8")
    path = _written(tmp_path, f"discord:\n  token: a.b.c\n  names_file: {tmp_path}/names.yaml\n")
    raw = adapters_of(Settings.load(path), Content.of_instance(None, None))["discord"]
    assert discord_settings(raw).names == {"de": {"schedule": {"name": "planen"}}}
    (tmp_path / "names.yaml").write_text("de:\n  shedule: {name: planen}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"names\.yaml:2: there is no verb"):
        adapters_of(Settings.load(path), Content.of_instance(None, None))
