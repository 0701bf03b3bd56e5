from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from copbot.content.checking import check
from copbot.content.library import Content
from copbot.ports.library import Problem
from copbot.resources import data_dir
from copbot.testing.files import COMMUNITY, seed_set, write


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A config folder with one community and the ResNetSLT set."""
    folder = tmp_path / "config"
    write(folder / "communities" / "resnetslt.yaml", COMMUNITY)
    write(folder / "question-sets" / "set.yaml", seed_set())
    return folder


@pytest.fixture(scope="session")
def shipped() -> Content:
    """The packaged content."""
    return Content.load(data_dir("config"), data_dir("prompts"))


@pytest.fixture
def problems_with(config: Path, shipped: Content) -> Callable[[str, str], Sequence[Problem]]:
    """What check says about the ResNetSLT set after replacing a piece of its text."""

    def run(old: str, new: str) -> Sequence[Problem]:
        text = seed_set()
        assert old in text
        path = write(config / "question-sets" / "set.yaml", text.replace(old, new, 1))
        return check([path], config_dir=config, last=shipped.snapshot)

    return run
