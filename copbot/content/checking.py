"""``copbot check``: everything wrong with the files, and what they say with all defaults."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from copbot.content.document import Reader, decode
from copbot.content.kinds import key_of
from copbot.content.library import kinds_of_identifiers
from copbot.content.rules_communities import Identifiers
from copbot.content.schema_base import FileSpec, Spec
from copbot.content.snapshot import Snapshot, build
from copbot.content.sources import Source, Sources, gather
from copbot.content.wording import SUFFIX, check_template
from copbot.errors import ConfigurationError
from copbot.ports.library import Problem
from copbot.resources import data_dir

_MARKS = ("communities", "question-sets", "formats", "frameworks")


def check(
    paths: Sequence[Path] = (),
    config_dir: Path | None = None,
    prompts_dir: Path | None = None,
    identifiers: Identifiers = kinds_of_identifiers,
    last: Snapshot | None = None,
) -> list[Problem]:
    """Every problem of these files and folders, by path, line and column. Without paths: of the whole config and prompts.

    Each file is checked against the others of ``config_dir`` and ``prompts_dir`` (the packaged ones if not given). A folder
    that holds ``config``, or the folders of one, is taken as a config folder itself. A file from elsewhere stands in for
    the one of the same kind and id, so that a draft can be checked before it is moved in. Files that have not changed
    since ``last`` are not read again.

    Raises:
        ConfigurationError: there is no such file or folder.

    """
    config, prompts = config_dir or data_dir("config"), prompts_dir or data_dir("prompts")
    last = last or Snapshot()
    if not paths:
        return _all(config, prompts, identifiers, last)
    found: list[Problem] = []
    files: list[Path] = []
    for path in paths:
        if (path / "config").is_dir():
            found.extend(_all(path / "config", path / "prompts", identifiers, last))
        elif any((path / mark).is_dir() for mark in _MARKS):
            found.extend(_all(path, prompts, identifiers, last))
        else:
            files.extend(_files(path))
    return sorted({*found, *_some(files, config, prompts, identifiers, last)}, key=lambda one: (str(one.path), one.line, one.column))


def _files(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise ConfigurationError(f"There is no file or folder {path}.")
    return sorted(one for one in path.rglob("*") if one.suffix in (".yaml", ".yml") or one.name.endswith(SUFFIX))


def _all(config: Path, prompts: Path, identifiers: Identifiers, last: Snapshot) -> list[Problem]:
    return list(build(gather(config, prompts), last, Reader(), identifiers).problems)


def _some(files: Sequence[Path], config: Path, prompts: Path, identifiers: Identifiers, last: Snapshot) -> list[Problem]:
    if not files:
        return []
    sources, reader = gather(config, prompts), Reader()
    known = {source.path.resolve(): key for key, source in {**sources.yaml, **sources.templates}.items()}
    given = {known.get(path.resolve(), f"given/{path.resolve()}"): Source(path, path.read_bytes()) for path in files}
    given_yaml = {key: source for key, source in given.items() if not source.path.name.endswith(SUFFIX)}
    stand_in = {_name(reader, source) for key, source in given_yaml.items() if key.startswith("given/")} - {None}
    others = {key: source for key, source in sources.yaml.items() if not stand_in or _name(reader, source) not in stand_in}
    found = build(Sources({**others, **given_yaml}, sources.templates), last, reader, identifiers).problems
    drafts = [problem for key, source in given.items() if key.startswith("given/") and key not in given_yaml for problem in _draft(source)]
    shown = {source.path.resolve() for source in given.values()}
    return [problem for problem in found if problem.path.resolve() in shown] + drafts


def _name(reader: Reader, source: Source) -> tuple[str, str] | None:
    document = reader.read(source.path, source.content).document
    return (document.spec.kind, document.spec.id) if document else None


def _draft(source: Source) -> list[Problem]:
    text, finding = decode(source.content)
    return [finding.at(source.path)] if finding else check_template(source.path, text, {})


def explain(path: Path) -> str:
    """The file as copbot understands it: every key, with what it is for where it was left out.

    Raises:
        ConfigurationError: the file has errors; one line each.

    """
    reading = Reader().read(path, path.read_bytes())
    if reading.document is None:
        raise ConfigurationError("\n".join(str(problem) for problem in reading.problems if not problem.is_warning))
    return "\n".join(_explained(reading.document.spec, "")) + "\n"


def _explained(spec: Spec, indent: str) -> list[str]:
    written = spec.model_dump(mode="json", by_alias=True)
    lines: list[str] = []
    for name, field in type(spec).model_fields.items():
        key, value = key_of(name, field), getattr(spec, name)
        note = "" if name in spec.model_fields_set else f"    # default{f': {field.description}' if field.description else ''}"
        if isinstance(value, Spec):
            lines += [f"{indent}{key}:{note}", *_explained(value, f"{indent}  ")]
        elif isinstance(value, list) and value and isinstance(value[0], Spec):
            lines += [f"{indent}{key}:{note}", *(line for item in value for line in _item(item, indent))]
        else:
            lines.append(f"{indent}{key}: {_flow(written[key])}{note}".rstrip())
    return lines


def _item(spec: Spec, indent: str) -> list[str]:
    first, *others = _explained(spec, f"{indent}    ")
    return [f"{indent}  - {first.strip()}", *others]


def _flow(value: object) -> str:
    if value is None:
        return ""
    return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000).removesuffix("\n").removesuffix("\n...")


def dump(spec: FileSpec) -> str:
    """The file written anew, without its comments: what was set, in the order of the schema."""
    return yaml.safe_dump(spec.model_dump(mode="json", by_alias=True, exclude_unset=True), sort_keys=False, allow_unicode=True, width=120)
