"""What is in the tree is also in the wheel, the dependencies and the lock files."""

import ast
import re
import sys
from collections.abc import Mapping
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml

from copbot.settings import names

NEEDED_BY_OTHERS = {"python-multipart": "starlette's forms", "tzdata": "zoneinfo", "websockets": "uvicorn's sockets"}
"""Dependencies that copbot's own code never imports, and what does."""

PARTS_OF_OTHERS = {"markupsafe", "pydantic-core", "yarl"}
"""Distributions that copbot imports from, and that are the lower half of one it depends on: jinja2, pydantic, aiohttp."""

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-e2e.lock")


def _plain(requirement: str) -> str:
    """The distribution's name, normalised: ``Types-PyYAML>=6 ; x`` -> ``types-pyyaml``."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~;\[]", requirement, maxsplit=1)[0]).lower()


def _adapters(root: Path) -> set[str]:
    return {path.parent.name for path in (root / "adapters").glob("copbot_*/__init__.py")}


def test_every_adapter_is_packaged_and_watched(root: Path, project: Mapping[str, Any]) -> None:
    adapters = _adapters(root)
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == {"copbot", *(f"adapters/{name}" for name in adapters)}
    assert set(project["tool"]["importlinter"]["root_packages"]) == {"copbot", *adapters}
    assert {target.split(":")[0] for target in project["project"]["entry-points"]["copbot.adapters"].values()} == adapters


def test_every_package_says_it_is_typed(root: Path) -> None:
    untyped = [name for name in ("copbot", *(f"adapters/{name}" for name in _adapters(root))) if not (root / name / "py.typed").is_file()]
    assert untyped == []


def test_there_is_no_package_named_adapters(root: Path) -> None:
    assert not (root / "adapters" / "__init__.py").exists()


def test_data_folders_travel_in_the_wheel(root: Path, project: Mapping[str, Any]) -> None:
    carried = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert carried == {name: f"copbot/_data/{name}" for name in ("prompts", "config", "migrations")}
    assert all(any((root / name).rglob("*.*")) for name in carried)


def test_dependencies_are_those_that_are_imported(root: Path, modules: Mapping[Path, ast.Module], project: Mapping[str, Any]) -> None:
    shipped = [tree for path, tree in modules.items() if path.relative_to(root).parts[0] in {"copbot", "adapters", "migrations"}]
    used = {name.split(".")[0] for tree in shipped for name in _imported(tree)} - sys.stdlib_module_names - {"copbot", *_adapters(root)}
    # The contract suite is shipped for other people's adapters, who have pytest.
    used -= {"pytest"}
    distributions = packages_distributions()
    imported = {_plain(distributions[name][0]) if name in distributions else f"{name} (nobody provides it)" for name in used}
    extras = [requirement for extra in project["project"]["optional-dependencies"].values() for requirement in extra]
    assert (imported - PARTS_OF_OTHERS) | NEEDED_BY_OTHERS.keys() == {
        _plain(requirement) for requirement in [*project["project"]["dependencies"], *extras]
    }


def _imported(tree: ast.Module) -> set[str]:
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_are_hashed_and_name_no_address(lock: str, root: Path) -> None:
    text = (root / lock).read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9][^\n]*==.*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert pins
    assert all("--hash=sha256:" in pin for pin in pins)
    assert "://" not in text


def test_the_locks_hold_what_is_asked_for(root: Path, project: Mapping[str, Any]) -> None:
    def pinned(lock: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", (root / lock).read_text(encoding="utf-8"), re.MULTILINE))

    groups = project["dependency-groups"]
    runtime, dev = pinned("requirements.lock"), pinned("requirements-dev.lock")
    assert {_plain(line) for line in project["project"]["dependencies"]} <= runtime.keys()
    assert {_plain(line) for name in ("test", "lint", "build") for line in groups[name]} <= dev.keys()
    assert {name: dev.get(name) for name in runtime} == runtime
    assert {_plain(line) for line in groups["e2e"]} <= pinned("requirements-e2e.lock").keys()


def test_the_image_is_built_from_the_lock_and_runs_as_nobody_in_particular(root: Path) -> None:
    lines = (root / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert any("--require-hashes requirements.lock" in line for line in lines)
    assert {"USER 10001", "STOPSIGNAL SIGTERM", 'CMD ["run"]'} <= set(lines)
    assert any(line.startswith("HEALTHCHECK") for line in lines)


def test_the_composed_copbot_runs_as_the_documents_say(root: Path) -> None:
    composed = yaml.safe_load((root / "compose.yaml").read_text(encoding="utf-8"))
    copbot, database = composed["services"]["copbot"], composed["services"]["database"]
    assert copbot["read_only"]
    assert copbot["cap_drop"] == ["ALL"]
    assert {variable.removesuffix("_FILE") for variable in copbot["environment"]} <= set(names())
    assert copbot["depends_on"]["database"]["condition"] == "service_healthy"
    assert "healthcheck" in database
    assert {service["restart"] for service in (copbot, database)} == {"unless-stopped"}
    secret = [value for service in composed["services"].values() for value in (service.get("environment") or {}).values()]
    assert all(value in {"", "copbot"} or value.startswith("/run/secrets/") for value in secret)
    used = {name.split(":")[0] for service in composed["services"].values() for name in service.get("volumes", ())}
    assert used == set(composed["volumes"])


def test_the_makefile_and_the_image_take_the_same_uv(root: Path) -> None:
    made = re.search(r"^UV_VERSION := (\S+)$", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert made is not None
    assert f"uv=={made[1]} " in (root / "Dockerfile").read_text(encoding="utf-8")
