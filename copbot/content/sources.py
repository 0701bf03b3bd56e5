"""Which files there are: an instance's own, and the packaged ones that it has not replaced."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copbot.content.finding import Finding
from copbot.content.wording import SUFFIX
from copbot.errors import ConfigurationError
from copbot.ports.library import Problem
from copbot.resources import data_dir

OWN: Final = ("communities", "question-sets")
"""Only an instance's own: nobody wants the example communities in theirs."""
SHARED: Final = ("formats", "frameworks")
"""Packaged, and replaced file by file."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file's bytes."""

    path: Path
    content: bytes


@dataclass(frozen=True, slots=True)
class Sources:
    """Files by their name inside ``config`` or ``prompts``, such as ``config/formats/live-chat-60.yaml``."""

    yaml: Mapping[str, Source]
    templates: Mapping[str, Source]
    problems: tuple[Problem, ...] = ()


def gather(config_dir: Path, prompts_dir: Path) -> Sources:
    """Every file of the instance, over the packaged ones.

    Raises:
        ConfigurationError: there is no such config folder. A missing prompts folder is no error: the packaged prompts serve.

    """
    if not config_dir.is_dir():
        raise ConfigurationError(f"There is no folder {config_dir}. `copbot init DIR` makes one.")
    paths: dict[str, Path] = {}
    for folder in SHARED:
        paths.update(_below(data_dir("config") / folder, f"config/{folder}"))
    paths.update(_below(data_dir("prompts"), "prompts"))
    for folder in (*SHARED, *OWN):
        paths.update(_below(config_dir / folder, f"config/{folder}"))
    paths.update(_below(prompts_dir, "prompts"))
    return _read(paths)


def _below(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if any(part.startswith(".") for part in relative.parts):
            continue
        if path.is_file() and (path.suffix in (".yaml", ".yml") or path.name.endswith(SUFFIX)):
            yield f"{name}/{relative.as_posix()}", path


def _read(paths: Mapping[str, Path]) -> Sources:
    yaml: dict[str, Source] = {}
    templates: dict[str, Source] = {}
    problems: list[Problem] = []
    for key, path in paths.items():
        kind = templates if path.name.endswith(SUFFIX) else yaml
        try:
            kind[key] = Source(path, path.read_bytes())
        except OSError as error:
            problems.append(Finding(1, 1, "unreadable", f"The file cannot be read: {error.strerror}.").at(path))
    return Sources(yaml, templates, tuple(problems))


def template_of(key: str) -> tuple[str, str] | None:
    """The language and the name of a template: ``prompts/en-GB/wording/welcome.md.j2`` is ("en-GB", "welcome")."""
    parts = key.removesuffix(SUFFIX).split("/")
    if len(parts) < 4 or parts[0] != "prompts" or parts[2] != "wording":
        return None
    return parts[1], "/".join(parts[3:])
