from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from copbot.content.checking import check
from copbot.content.library import Content
from copbot.ports.library import Problem
from copbot.resources import data_dir

COMMUNITY = """\
kind: community
version: 1
id: ResNetSLT
name: "ResNetSLT"
time_zone: Europe/London
people:
  safeguarding_contact: "The safeguarding lead; in an emergency 999"
privacy:
  keep_message_text: with_notice
"""

QUESTION_SET = (data_dir("config") / "question-sets" / "resnetslt-thinking-together.yaml").read_text(encoding="utf-8")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A config folder with one community and the ResNetSLT set."""
    folder = tmp_path / "config"
    write(folder / "communities" / "resnetslt.yaml", COMMUNITY)
    write(folder / "question-sets" / "set.yaml", QUESTION_SET)
    return folder


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def shipped() -> Content:
    """The packaged content."""
    return Content.load(data_dir("config"), data_dir("prompts"))


@pytest.fixture
def problems_with(config: Path, shipped: Content) -> Callable[[str, str], Sequence[Problem]]:
    """What check says about the ResNetSLT set after replacing a piece of its text."""

    def run(old: str, new: str) -> Sequence[Problem]:
        assert old in QUESTION_SET
        path = write(config / "question-sets" / "set.yaml", QUESTION_SET.replace(old, new, 1))
        return check([path], config_dir=config, last=shipped.snapshot)

    return run
