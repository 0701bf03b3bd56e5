"""``copbot init``: a first community and a first question set to change."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from copbot.errors import ConfigurationError
from copbot.resources import data_dir


def init(directory: Path) -> Sequence[Path]:
    """Copy the starter files into a folder, which is made if need be. Returns the files made.

    Raises:
        ConfigurationError: a file of that name is there already (then none is copied), or the folder cannot be written.

    """
    starter = data_dir("config") / "starter"
    plan = {directory / _target(path.relative_to(starter)): path for path in sorted(starter.rglob("*")) if path.is_file()}
    plan[directory / "config" / "schema.json"] = data_dir("config") / "schema.json"
    for target in plan:
        if target.exists():
            raise ConfigurationError(f"{target} is there already; copbot init overwrites nothing. Choose an empty folder.")
    try:
        for target, source in plan.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    except OSError as error:
        raise ConfigurationError(f"Cannot write to {directory}: {error.strerror}.") from error
    return tuple(plan)


def _target(relative: Path) -> Path:
    return relative if relative.name == "README.md" else Path("config") / relative
