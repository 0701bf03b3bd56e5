"""The tree these tests look at."""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

FOLDERS = (".ci", ".vscode", "adapters", "config", "copbot", "docs", "migrations", "prompts", "tests")
ROOT = Path(__file__).parents[2]


def _files() -> Iterator[Path]:
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.name != ".git")  # a file in a worktree
    for folder in FOLDERS:
        yield from (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout's own folder."""
    return ROOT


@pytest.fixture(scope="session")
def files() -> tuple[Path, ...]:
    """Every file that belongs to the project."""
    return tuple(sorted(_files()))


@pytest.fixture(scope="session")
def modules(files: tuple[Path, ...]) -> Mapping[Path, ast.Module]:
    """Every Python file, parsed."""
    return {path: ast.parse(path.read_text(encoding="utf-8"), filename=str(path)) for path in files if path.suffix == ".py"}


@pytest.fixture(scope="session")
def project() -> Mapping[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
