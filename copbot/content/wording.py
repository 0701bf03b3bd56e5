"""Wording templates: what the bot says. Sandboxed Jinja2, checked before use."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from jinja2 import DictLoader, StrictUndefined, TemplateSyntaxError, nodes
from jinja2.meta import find_referenced_templates, find_undeclared_variables
from jinja2.sandbox import SandboxedEnvironment

from copbot.content.filters import FILTERS
from copbot.content.finding import Finding
from copbot.ports.library import Problem

SUFFIX: Final = ".md.j2"
_DECLARATION = re.compile(r"\{#-?\s*variables:\s*(?P<names>[\w\s,]*?)\s*-?#\}")
_NO_FILTER = re.compile(r"No filter named '(\w+)'")


class Templates:
    """The templates of one language, by name, as they were at one moment."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = dict(sources)
        self._environment = sandbox(self._sources)

    @property
    def sources(self) -> Mapping[str, str]:
        """The text of each template."""
        return self._sources

    def say(self, name: str, /, **values: object) -> str:
        """The template filled in.

        Raises:
            jinja2.TemplateNotFound: there is no template of that name.
            jinja2.UndefinedError: a variable that the template uses was not given.

        """
        return tidy(self._environment.get_template(name).render(**values))


def tidy(text: str) -> str:
    """The text without blank ends of lines, and with at most one empty line running."""
    stripped = "\n".join(line.rstrip() for line in text.strip().split("\n"))
    return re.sub(r"\n{3,}", "\n\n", stripped)


def sandbox(sources: Mapping[str, str]) -> SandboxedEnvironment:
    """The environment that templates run in."""
    # Autoescape would write HTML entities; the text is Markdown, and people's own text comes already escaped for it.
    environment = SandboxedEnvironment(
        loader=DictLoader(sources), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False, cache_size=-1
    )
    environment.filters.update(FILTERS)
    return environment


def declared(source: str) -> frozenset[str] | None:
    """The variables that the first line declares; None if it declares none at all."""
    match = _DECLARATION.match(source)
    return frozenset(re.findall(r"\w+", match["names"])) if match else None


def check_template(path: Path, source: str, others: Mapping[str, str], environment: SandboxedEnvironment | None = None) -> list[Problem]:
    """Everything wrong with a template: syntax, unknown filters, variables used but not declared, absent templates.

    ``others`` are the templates of the language by name; an ``environment`` may be shared between calls.
    """
    environment = environment or sandbox(others)
    try:
        tree = environment.parse(source)
        used = find_undeclared_variables(tree)
    except TemplateSyntaxError as error:
        return [_syntax(error, source).at(path)]
    return [finding.at(path) for finding in (*_check_variables(source, tree, used), *_check_references(tree, others))]


def _syntax(error: TemplateSyntaxError, source: str) -> Finding:
    match = _NO_FILTER.search(error.message or "")
    if not match:
        return Finding(error.lineno, 1, "template-syntax", f"{error.message or 'This is no template'}.")
    near = get_close_matches(match[1], FILTERS, 1, 0.5)
    hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(FILTERS)}."
    column = max(source.split("\n")[error.lineno - 1].find(match[1]), 0) + 1
    return Finding(error.lineno, column, "unknown-filter", f"There is no filter `{match[1]}`: {hint}")


def _check_variables(source: str, tree: nodes.Template, used: set[str]) -> Iterator[Finding]:
    names = declared(source)
    if names is None:
        line = "{# variables: " + ", ".join(sorted(used)) + " #}"
        yield Finding(1, 1, "no-declaration", "The first line declares the variables.", line)
        return
    for name in sorted(used - names):
        near = get_close_matches(name, sorted(names), 1, 0.6)
        hint = f"did you mean `{near[0]}`?" if near else f"declared: {', '.join(sorted(names)) or 'none'}."
        line_number = min((node.lineno for node in tree.find_all(nodes.Name) if node.name == name), default=1)
        column = max(source.split("\n")[line_number - 1].find(name), 0) + 1
        yield Finding(line_number, column, "unknown-variable", f"`{name}` is not declared: {hint}")


def _check_references(tree: nodes.Template, others: Mapping[str, str]) -> Iterator[Finding]:
    for name in find_referenced_templates(tree):
        if name is not None and name not in others:
            near = get_close_matches(name, sorted(others), 1, 0.6)
            hint = f" Did you mean {near[0]}?" if near else ""
            yield Finding(1, 1, "unknown-template", f"There is no template `{name}`.{hint}")
