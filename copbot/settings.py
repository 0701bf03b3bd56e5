"""Settings: how this copbot runs, as opposed to what it hosts (that is ``config/`` and ``prompts/``).

They come, strongest first, from ``COPBOT_*`` environment variables (``COPBOT_ROOM__PATH`` for a setting inside another), from files that
such variables point to (``COPBOT_DATABASE_URL_FILE=/run/secrets/database``), and from one YAML file. A name that does not exist is a
fault, not silence. Changing a setting takes a restart.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from copbot.errors import ConfigurationError
from copbot.log import LogFormat, LogLevel
from copbot.platform_settings import DiscordSettings, RoomSettings, SlackSettings

PREFIX = "COPBOT_"
NOT_SETTINGS = frozenset({"COPBOT_SETTINGS", "COPBOT_SPECS"})
"""Names with the prefix that are read elsewhere: where the YAML file is, and where tests find the platforms' published schemas."""


def _a_database(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("a database address looks like sqlite:///copbot.sqlite3 or postgresql://user:password@host/copbot")
    return url


class Settings(BaseSettings):
    """Everything that can be set. Use ``Settings.load``: the constructor alone does not look for misspelt names."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    database_url: Annotated[SecretStr, AfterValidator(_a_database)] = Field(
        default=SecretStr("sqlite:///copbot.sqlite3"),
        description="Where everything is kept: `sqlite:///copbot.sqlite3` (a relative path counts from the working directory) or "
        "`postgresql://user:password@host/copbot`.",
    )
    config_dir: Path | None = Field(
        default=None, description="Folder with communities, question sets and formats; laid over the ones that come with copbot."
    )
    prompts_dir: Path | None = Field(default=None, description="Folder with prompts and wording; laid over the ones that come with copbot.")
    host: str = Field(
        default="127.0.0.1",
        description="Address the pages are served on. They have no log-in: keep it local unless something in front asks who people are.",
    )
    port: int = Field(default=8000, ge=0, le=65535, description="Port the pages are served on; 0 takes a free one.")
    log_format: LogFormat = Field(default="auto", description="`console`, `json`, or `auto`: `console` on a terminal and `json` elsewhere.")
    log_level: LogLevel = Field(default="info", description="Least severe line written: `debug`, `info`, `warning` or `error`.")
    room: RoomSettings = Field(default=RoomSettings(), description="The local room in the browser.")
    slack: SlackSettings = Field(default=SlackSettings(), description="Slack.")
    discord: DiscordSettings = Field(default=DiscordSettings(), description="Discord.")

    @classmethod
    def load(cls, file: Path | None = None) -> Self:
        """Read everything. ``file`` (else ``COPBOT_SETTINGS``, else nothing) is the YAML file.

        Raises ConfigurationError with one line per fault, naming the variable or the file and line at fault, never a value.
        """
        if file is None and os.environ.get("COPBOT_SETTINGS"):
            file = Path(os.environ["COPBOT_SETTINGS"])
        written = _Written.read(file) if file else _Written()
        faults = [*written.faults, *_misnamed(os.environ)]
        try:
            settings = cls(**written.values)
        except ValidationError as error:
            faults += _faults(error, written)
        if faults:
            raise ConfigurationError("\n".join(dict.fromkeys(faults)))
        return settings

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, then what was given: the YAML file."""
        return _Environment(settings_cls), init_settings


class _Environment(PydanticBaseSettingsSource):
    """``COPBOT_X__Y`` is ``x.y``, and so is the text of the file that ``COPBOT_X__Y_FILE`` names, without the white space around it.

    pydantic-settings has no ``_FILE`` of its own, and would take one inside another setting for a setting.
    """

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    @override
    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in names():
            if value := os.environ.get(name) or _text_of(name, os.environ.get(f"{name}_FILE")):
                *outer, last = name.removeprefix(PREFIX).lower().split("__")
                inner = found
                for part in outer:
                    inner = inner.setdefault(part, {})
                inner[last] = None if value == "null" else value
        return found


def _text_of(name: str, path: str | None) -> str:
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}_FILE: cannot read {path}: {_reason(error)}") from None


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror or "it cannot be opened") if isinstance(error, OSError) else "it is not UTF-8 text"


class _Written:
    """What the YAML file says, and on which line it says it."""

    def __init__(self) -> None:
        self.path = Path()
        self.values: dict[str, Any] = {}
        self.faults: list[str] = []
        self._lines: dict[tuple[str, ...], int] = {}

    @classmethod
    def read(cls, path: Path) -> Self:
        """Parse the file. Raises ConfigurationError if there is nothing to parse."""
        written = cls()
        written.path = path
        try:
            root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
            if root is not None:
                written._take(root)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path}: cannot read the settings: {_reason(error)}") from None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise ConfigurationError(f"{path}:{line}: {error.problem}") from None
        except yaml.YAMLError:
            raise ConfigurationError(f"{path}: this is not YAML text") from None
        return written

    def _take(self, root: yaml.Node) -> None:
        if not isinstance(root, yaml.MappingNode):
            raise ConfigurationError(f"{self.path}:{root.start_mark.line + 1}: settings are written as 'name: value', one to a line")
        self._note(root, ())
        self.values = {str(key): value for key, value in yaml.SafeLoader("").construct_document(root).items()}

    def _note(self, node: yaml.Node, at: tuple[str, ...]) -> None:
        """Remember the line of every key, and say where one is written twice."""
        if isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self._lines[*at, str(index)] = item.start_mark.line + 1
                self._note(item, (*at, str(index)))
        if not isinstance(node, yaml.MappingNode):
            return
        for key, value in node.value:
            here = (*at, str(key.value))
            if here in self._lines:
                self.faults.append(f"{self.path}:{key.start_mark.line + 1}: '{'.'.join(here)}' is set twice")
            self._lines[here] = key.start_mark.line + 1
            self._note(value, here)

    def line_of(self, at: tuple[str, ...]) -> int | None:
        """The line that sets this, or the nearest setting around it."""
        return next((self._lines[at[:depth]] for depth in range(len(at), 0, -1) if at[:depth] in self._lines), None)


def names(model: type[BaseModel] = Settings, prefix: str = PREFIX) -> Iterator[str]:
    """Every environment variable that sets something, those of inner settings included."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from names(field.annotation, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}"


def _misnamed(environ: Mapping[str, str]) -> Iterator[str]:
    """One fault for each ``COPBOT_*`` variable that sets nothing, or sets the same as another."""
    known = tuple(name.removeprefix(PREFIX) for name in names())
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in NOT_SETTINGS or name.removeprefix(PREFIX) in known:
            continue
        plain = name.removeprefix(PREFIX).removesuffix("_FILE")
        if plain not in known:
            yield f"{name}: there is no such setting{_did_you_mean(plain, known, PREFIX)}"
        elif environ.get(f"{PREFIX}{plain}"):
            yield f"{name}: {PREFIX}{plain} is set as well; set one of the two"


def _did_you_mean(word: str, known: Sequence[str], prefix: str = "") -> str:
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f", did you mean {prefix}{near[0]}?" if near else ""


def _faults(error: ValidationError, written: _Written) -> Iterator[str]:
    """Pydantic's findings in our words, each with the place that must be mended."""
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        at = tuple(str(part) for part in found["loc"])
        variable = PREFIX + "__".join(at).upper()
        from_environment = any(name in os.environ for name in (variable, f"{variable}_FILE"))
        line = None if from_environment else written.line_of(at)
        where = variable if line is None else f"{written.path}:{line}: {'.'.join(at)}"
        yield f"{where}: {_said(found['type'], found['msg'], at)}"


def _said(kind: str, message: str, at: tuple[str, ...]) -> str:
    if kind == "extra_forbidden":
        return f"there is no such setting{_did_you_mean(at[-1], _siblings(at))}"
    return message.removeprefix("Value error, ").removeprefix("Input ").strip()


def _siblings(at: tuple[str, ...]) -> tuple[str, ...]:
    """The names that may stand where this one stands."""
    prefix = PREFIX + "".join(f"{part.upper()}__" for part in at[:-1])
    return tuple(name.removeprefix(prefix).lower() for name in names() if name.startswith(prefix) and "__" not in name.removeprefix(prefix))


def reference(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[str]:
    """Rows of a Markdown table of every setting: its name in YAML, its variable, its default and what it is for."""
    if not prefix:
        yield from ("| in the YAML file | in the environment | default | what it is for |", "|---|---|---|---|")
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from reference(field.annotation, f"{prefix}{name}.")
            continue
        variable = PREFIX + f"{prefix}{name}".replace(".", "__").upper()
        yield f"| `{prefix}{name}` | `{variable}` | {_default(field)} | {field.description} |"


def _default(field: FieldInfo) -> str:
    value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    return "-" if value is None or value in {(), ""} else f"`{str(value).lower() if isinstance(value, bool) else value}`"
