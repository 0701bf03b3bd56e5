"""Migrations run at start while an older copbot may still be at work on the same database: they may only add to it."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ADDING = ("create_table", "create_index", "add_column", "get_bind")
WIDENING = "alter_column"
"""Allowed for one purpose: a number that gets more room is the same number to whoever reads it."""

UNINDEXING = "drop_index"
"""An older copbot finds its rows without it, if not as fast; what keeps rows unique (``uq_``) stays."""


def _migrations(modules: Mapping[Path, ast.Module], root: Path) -> Iterator[tuple[str, ast.Module]]:
    for path, tree in modules.items():
        if path.is_relative_to(root / "migrations" / "versions"):
            yield path.name, ast.Module([node for node in tree.body if not _is_downgrade(node)], [])


def _is_downgrade(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "downgrade"


def _operations(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "op":
            yield node.func.attr, node


def _only_adds(name: str, call: ast.Call, tree: ast.Module) -> bool:
    if name == "execute":
        return _sql(call.args[0], tree).startswith("CREATE VIEW ")
    if name == WIDENING:
        said = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        return said == {"existing_type": "sa.Integer()", "type_": "sa.BigInteger()"}
    if name == UNINDEXING:
        return ast.unparse(call.args[0]).strip("'").startswith("ix_")
    return name in ADDING


def _sql(argument: ast.expr, tree: ast.Module) -> str:
    """The text of a constant, or of the module's name for one."""
    if isinstance(argument, ast.Name):
        named = (node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == argument.id)
        argument = next(named)
    texts = [node.value for node in ast.walk(argument) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return " ".join(texts).strip()


def test_a_migration_only_adds(root: Path, modules: Mapping[Path, ast.Module]) -> None:
    taking_away = [
        f"{file}:{call.lineno}: {name}"
        for file, tree in _migrations(modules, root)
        for name, call in _operations(tree)
        if not _only_adds(name, call, tree)
    ]
    assert taking_away == [], "see CONTRIBUTING.md; taking away comes one release later, by hand"


def test_a_column_that_is_added_does_not_stop_an_older_copbot_from_writing(root: Path, modules: Mapping[Path, ast.Module]) -> None:
    """It knows nothing of the column: the column may be NULL, or has a default of the database's own."""
    strict = [
        f"{file}:{call.lineno}"
        for file, tree in _migrations(modules, root)
        for name, call in _operations(tree)
        if name == "add_column"
        and not any(allowed in ast.unparse(call) for allowed in ("nullable=True", "server_default=", "may_have(", "default="))
    ]
    assert strict == []
