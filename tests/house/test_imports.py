"""Who may import what: the contracts in pyproject.toml, and what contracts cannot say."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PLAIN = {
    "domain": ("copbot.domain",),
    "ports": ("copbot.ports", "copbot.domain"),
    "services": ("copbot.services", "copbot.ports", "copbot.domain", "copbot.errors"),
}
"""Floors without third parties, and what each may import besides the standard library."""


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def test_the_contracts_hold(root: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("floor", PLAIN)
def test_the_lower_floors_are_plain_python(floor: str, root: Path, modules: Mapping[Path, ast.Module]) -> None:
    allowed = (*PLAIN[floor], "typing_extensions")
    strangers = [
        f"{path.relative_to(root)} imports {name}"
        for path, tree in modules.items()
        if path.is_relative_to(root / "copbot" / floor)
        for name in _imported(tree)
        if name.split(".")[0] not in sys.stdlib_module_names and not any(name == ok or name.startswith(f"{ok}.") for ok in allowed)
    ]
    assert strangers == []


def test_imports_are_absolute(root: Path, modules: Mapping[Path, ast.Module]) -> None:
    relative = [
        str(path.relative_to(root))
        for path, tree in modules.items()
        if not path.is_relative_to(root / "tests") and any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(tree))
    ]
    assert relative == []


def test_the_core_never_asks_which_platform_it_is_on(root: Path, modules: Mapping[Path, ast.Module]) -> None:
    """Only what puts the parts together (``app``, the rehearsal) may name the room."""
    core = tuple(path for path in (root / "copbot").iterdir() if path.is_dir() and path.name not in {"rehearsal", "testing"})
    asking = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path, tree in modules.items()
        if any(path.is_relative_to(floor) for floor in core)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and ast.unparse(node.left).endswith(("platform.name", ".platform")) and _names_a_platform(node)
    ]
    assert asking == []


def _names_a_platform(node: ast.Compare) -> bool:
    return any(isinstance(side, ast.Constant) and side.value in {"room", "slack", "discord"} for side in node.comparators)
