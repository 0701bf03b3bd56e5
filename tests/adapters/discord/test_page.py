"""The page about Discord says what the code does."""

import re
from pathlib import Path

import yaml

from copbot.content.command_names import read_command_names
from copbot.services.commands import SPECS
from copbot_discord.invite import INTENTS, OPTIONAL, PERMISSIONS
from copbot_discord.wording import LOBBY_NAME

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "discord.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_about_discord_tells_every_permission_and_intent() -> None:
    rows = dict(re.findall(r"^\| \*?\*?([\w ]+?)\*?\*? \| (.+?) \|$", PAGE, re.MULTILINE))
    assert {one.name: rows.get(one.name) for one in (*PERMISSIONS.values(), *OPTIONAL.values())} == {
        one.name: one.reason for one in (*PERMISSIONS.values(), *OPTIONAL.values())
    }
    told = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|$", PAGE, re.MULTILINE))
    assert {name: told.get(name) for name in INTENTS} == {name: intent.reason for name, intent in INTENTS.items()}


def test_its_example_of_a_community_names_platforms_and_people_as_copbot_does() -> None:
    example = yaml.safe_load(EXAMPLES[0])
    [channel] = example["channels"]
    assert channel["platform"] == "discord"
    assert all(isinstance(channel[name], str) for name in ("channel", "hosts_channel"))
    assert [admin.partition(":")[0] for admin in example["people"]["admins"]] == ["discord"]


def test_its_example_of_names_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "names.yaml"
    path.write_text(EXAMPLES[1], encoding="utf-8")
    assert read_command_names(path, SPECS)["de"]["schedule"]["name"] == "planen"


def test_it_calls_things_as_they_are_called() -> None:
    assert f"*{LOBBY_NAME}*" in PAGE
    assert [spec.on_message for spec in SPECS if f"*{spec.on_message}*" not in PAGE and spec.on_message] == []
