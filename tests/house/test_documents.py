"""What the documents say is so."""

import re
import runpy
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

LINK = re.compile(r"\]\((?!https?:|mailto:|#|person:|time:|place:)([^)#\s]+)")
NAMED = re.compile(r"`((?:copbot|adapters|prompts|config|migrations|tests|docs|\.ci)/[\w./-]*)`")
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")


def _documents(root: Path) -> Iterator[Path]:
    yield from (root / name for name in DOCUMENTS)
    yield from sorted((root / "docs").rglob("*.md"))
    yield from sorted((root / "adapters").glob("*.md"))


def test_links_lead_somewhere(root: Path) -> None:
    broken = [
        f"{document.relative_to(root)}: {target}"
        for document in _documents(root)
        for target in LINK.findall(document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]
    assert broken == []


def test_files_that_are_named_exist(root: Path) -> None:
    missing = [
        f"{document.relative_to(root)}: {name}"
        for document in _documents(root)
        for name in NAMED.findall(document.read_text(encoding="utf-8"))
        if not (root / name.rstrip("/.")).exists()
    ]
    assert missing == []


def test_make_targets_that_are_named_exist(root: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {target for document in _documents(root) for target in re.findall(r"`make ([a-z0-9-]+)`", document.read_text(encoding="utf-8"))}
    assert named - targets == set()


def test_metrics_and_actions_that_are_named_exist(root: Path) -> None:
    known = {
        name
        for page in ("metrics.md", "logs.md")
        for name in re.findall(r"^\| `(\w+)` \|", (root / "docs" / page).read_text("utf-8"), re.MULTILINE)
    }
    text = (root / "docs" / "operating.md").read_text(encoding="utf-8")
    named = {name.removesuffix("_bucket") for name in re.findall(r"\b(copbot_[a-z_]+)", text)} | set(
        re.findall(r"`([a-z]+_[a-z_]+)`", text)
    )
    assert named - known == set()


def test_the_changelog_has_a_place_for_the_next_entry(root: Path) -> None:
    headings = re.findall(r"^## (.+)$", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_are_short_enough_to_be_read(name: str, root: Path) -> None:
    assert (root / name).read_text(encoding="utf-8").count("\n") <= 220


def test_wording_templates_declare_their_variables_first(root: Path) -> None:
    templates = sorted((root / "prompts").glob("*/wording/*.j2"))
    assert templates
    declares = re.compile(r"\{# variables:(?: ?[a-z_]+,?)* ?#\}")
    assert [path.name for path in templates if not declares.match(path.read_text(encoding="utf-8").split("\n", 1)[0])] == []


def test_generated_pages_are_what_the_code_says(root: Path) -> None:
    pages: Mapping[Path, str] = runpy.run_path(str(root / ".ci" / "docs"))["pages"]()
    stale = [str(page.relative_to(root)) for page, text in pages.items() if not page.exists() or page.read_text(encoding="utf-8") != text]
    assert stale == [], "run `make docs`"
