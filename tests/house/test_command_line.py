"""The command line stays quick to start, and keeps to itself what nobody asked for."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("alembic", "copbot_", "discord", "slack_bolt", "slack_sdk", "sqlalchemy", "starlette", "uvicorn")


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COPBOT_")}
    return subprocess.run([sys.executable, *arguments], cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_help_imports_no_platform_and_no_database(root: Path) -> None:
    done = _run(root, "-X", "importtime", "-m", "copbot", "--help")
    imported = re.findall(r"^import time:.*\| +(\S+)$", done.stderr, re.MULTILINE)
    assert "copbot.cli" in imported
    assert [name for name in imported if name.startswith(HEAVY)] == []


def test_help_lists_every_command(root: Path) -> None:
    done = _run(root, "-m", "copbot", "--help")
    assert done.returncode == 0
    listed = re.findall(r"^  ([a-z-]+) ", done.stdout.partition("Commands:")[2], re.MULTILINE)
    asked = "try run init check preview schema migrate export backup restore forgotten after-restore doctor slack discord"
    assert listed == asked.split()


def test_the_version_is_the_packages(root: Path) -> None:
    said = _run(root, "-m", "copbot", "--version").stdout
    written = re.search(r'__version__ = "(.+)"', (root / "copbot" / "__init__.py").read_text(encoding="utf-8"))
    assert written is not None
    assert said.strip().endswith(written[1])


@pytest.mark.parametrize("arguments", [("run", "--settings", "absent.yaml"), ("check", "--settings", "absent.yaml")])
def test_a_fault_is_one_line_and_exit_code_2(arguments: tuple[str, ...], root: Path) -> None:
    done = _run(root, "-m", "copbot", *arguments)
    assert done.returncode == 2
    assert done.stderr.strip().splitlines() == ["copbot: absent.yaml: cannot read the settings: No such file or directory"]
    assert done.stdout == ""
