"""Size and cleanliness of what is in the tree."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

LONGEST_MODULE = 350
LONGEST_FUNCTION = 60

# Put together from pieces, so that this file does not name what it forbids.
REGISTRIES = re.compile("|".join(("py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(?:org|com)", "deb" + r"\.debian\.org")))
MACHINE_PATH = re.compile(r"(?<![\w.}$\"'])/(?:" + "|".join(("work", "farm", "root", "home", "tmp")) + r")/[a-z]")
LEFT_BEHIND = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(modules: Mapping[Path, ast.Module]) -> Iterator[tuple[Path, Function]]:
    for path, tree in modules.items():
        yield from ((path, node) for node in ast.walk(tree) if isinstance(node, Function))


def _texts(files: tuple[Path, ...]) -> Iterator[tuple[Path, str]]:
    for path in files:
        if path.suffix in {".lock", ".png", ".ico", ".woff2", ".typed"} or path.name.endswith(".min.js") or ".sqlite3" in path.name:
            continue
        yield path, path.read_text(encoding="utf-8")


def test_modules_can_be_read_in_one_sitting(root: Path, modules: Mapping[Path, ast.Module]) -> None:
    lengths = {str(path.relative_to(root)): path.read_text(encoding="utf-8").count("\n") for path in modules}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_functions_fit_on_a_screen(root: Path, modules: Mapping[Path, ast.Module]) -> None:
    lengths = {
        f"{path.relative_to(root)}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1 for path, node in _functions(modules)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("pattern", [REGISTRIES, MACHINE_PATH, LEFT_BEHIND], ids=["registry hosts", "paths of a machine", "left behind"])
def test_nothing_of_this_kind_is_in_any_file(pattern: re.Pattern[str], root: Path, files: tuple[Path, ...]) -> None:
    found = [
        f"{path.relative_to(root)}:{number}: {line.strip()[:100]}"
        for path, text in _texts(files)
        if path.name != "Dockerfile"
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


def test_no_handler_catches_everything_and_carries_on_silently(root: Path, modules: Mapping[Path, ast.Module]) -> None:
    silent = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and _is_broad(node) and all(isinstance(line, ast.Pass | ast.Continue) for line in node.body)
    ]
    assert silent == []


def _is_broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or ast.unparse(handler.type) in {"Exception", "BaseException"}


def test_modules_hold_no_changeable_state(root: Path, modules: Mapping[Path, ast.Module]) -> None:
    """A list, set or dict that is not named as a constant is there to be changed, and so is whatever ``global`` names."""
    changeable = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path, tree in modules.items()
        if path.relative_to(root).parts[0] in {"copbot", "adapters"}
        for node in (
            *(line for line in tree.body if _binds_a_variable(line)),
            *(line for line in ast.walk(tree) if isinstance(line, ast.Global)),
        )
    ]
    assert changeable == []


def _binds_a_variable(line: ast.stmt) -> bool:
    if not isinstance(line, ast.Assign | ast.AnnAssign) or line.value is None:
        return False
    name = ast.unparse(line.targets[0] if isinstance(line, ast.Assign) else line.target)
    return not (name.isupper() or name == "__all__") and _is_changeable(line.value)


def _is_changeable(value: ast.expr) -> bool:
    made_by = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
    return isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp) or made_by in {
        "dict",
        "list",
        "set",
    }


def test_every_line_of_the_log_has_a_sentence_and_an_action(root: Path, modules: Mapping[Path, ast.Module]) -> None:
    nameless = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path, tree in modules.items()
        if path.relative_to(root).parts[0] in {"copbot", "adapters"}
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _writes_a_line(node) and not _has_an_action(node)
    ]
    assert nameless == []


def _writes_a_line(node: ast.Call) -> bool:
    return re.fullmatch(r"(log|logger\(.*\))\.(debug|info|warning|error|exception|critical)", ast.unparse(node.func)) is not None


def _has_an_action(node: ast.Call) -> bool:
    literal = any(keyword.arg == "action" and isinstance(keyword.value, ast.Constant) for keyword in node.keywords)
    return literal and len(node.args) == 1 and isinstance(node.args[0], ast.Constant)


def test_names_are_from_the_glossary(root: Path, modules: Mapping[Path, ast.Module]) -> None:
    vague = re.compile(r"(Manager|Helper|Utils?|Handler)$")
    named = [
        f"{path.relative_to(root)}: {node.name}"
        for path, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and vague.search(node.name)
    ]
    named += [str(path.relative_to(root)) for path in modules if re.search(r"(^|_)(manager|helpers?|utils?|misc|common)\.py$", path.name)]
    assert named == []
