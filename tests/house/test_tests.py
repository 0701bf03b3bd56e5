"""Tests that can fail, and fail only for their own reasons."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

CHECKING = ("assert", "check", "expect", "verify", "raises", "warns", "fail")
"""What the name of something that can fail a test begins with."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _tests(modules: Mapping[Path, ast.Module], root: Path) -> Iterator[tuple[str, Function]]:
    for path, tree in modules.items():
        if not (path.is_relative_to(root / "tests") or path.name == "contract.py"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, Function) and node.name.startswith("test_"):
                yield f"{path.relative_to(root)}::{node.name}", node


def _can_fail(test: Function) -> bool:
    called = (ast.unparse(node.func).rpartition(".")[2] for node in ast.walk(test) if isinstance(node, ast.Call))
    return any(isinstance(node, ast.Assert) for node in ast.walk(test)) or any(name.lstrip("_").startswith(CHECKING) for name in called)


def test_every_test_can_fail(root: Path, modules: Mapping[Path, ast.Module]) -> None:
    assert [name for name, test in _tests(modules, root) if not _can_fail(test)] == []


def test_every_test_file_has_a_test(root: Path, modules: Mapping[Path, ast.Module]) -> None:
    with_tests = {name.split("::")[0] for name, _ in _tests(modules, root)}
    contracts = {
        str(path.relative_to(root))
        for path, tree in modules.items()
        if any(isinstance(node, ast.ClassDef) and any("Contract" in ast.unparse(base) for base in node.bases) for node in ast.walk(tree))
        or any(isinstance(node, ast.Assign) and ast.unparse(node.value).endswith(".TestCase") for node in tree.body)
    }
    files = {str(path.relative_to(root)) for path in modules if path.name.startswith("test_")}
    assert files - with_tests - contracts == set()


def test_fakes_work_and_nothing_is_mocked(root: Path, modules: Mapping[Path, ast.Module]) -> None:
    mocking = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and "mock" in ast.unparse(node)
    ]
    assert mocking == []


def test_nothing_waits_for_a_fixed_time(root: Path, modules: Mapping[Path, ast.Module]) -> None:
    """``time.sleep`` makes a test slow where it suffices and wrong where it does not: wait for what should happen instead."""
    sleeping = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path, tree in modules.items()
        if path.is_relative_to(root / "tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "time.sleep"
    ]
    assert sleeping == []
