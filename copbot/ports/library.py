"""Content: what admins wrote in YAML and in wording templates, checked and ready to use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from typing_extensions import override

from copbot.domain.community import Community
from copbot.domain.format import Format
from copbot.domain.prompt import Prompt
from copbot.domain.question import QuestionSet


class Wording(Protocol):
    """What the bot says."""

    def say(self, name: str, /, **values: object) -> str:
        """The template ``prompts/<locale>/wording/<name>.md.j2``, filled in, as common Markdown.

        People's own text must be passed as ``domain.markup.escape(text)`` or through the filter ``plain`` unless it may carry Markdown.
        """
        ...


class Edition(Wording, Protocol):
    """Question set, format, prompts and wording as they were when a chat was scheduled."""

    @property
    def hash(self) -> str: ...
    @property
    def question_set(self) -> QuestionSet: ...
    @property
    def format(self) -> Format: ...
    @property
    def prompts(self) -> Mapping[str, Prompt]: ...


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file: ``path:line:column: error[code]: what``. Lines and columns count from 1."""

    path: Path
    line: int
    column: int
    code: str
    what: str
    is_warning: bool = False

    @property
    def for_people(self) -> str:
        """For a message in a chat: the file by its folder and name, and what is wrong in Markdown."""
        return f"`{self.path.parent.name}/{self.path.name}:{self.line}:{self.column}` {self.what}"

    @override
    def __str__(self) -> str:
        severity = "warning" if self.is_warning else "error"
        return f"{self.path}:{self.line}:{self.column}: {severity}[{self.code}]: {self.what}"


class Library(Wording, Protocol):
    """The content as it is now. ``say`` uses the live wording of the default language."""

    def communities(self) -> Sequence[Community]: ...

    def community(self, id: str) -> Community | None: ...

    def community_at(self, platform: str, channel: str) -> Community | None:
        """The community whose channel (not hosts' channel) this is."""
        ...

    def question_sets(self, community: str | None = None) -> Sequence[QuestionSet]: ...

    def question_set(self, id: str) -> QuestionSet | None: ...

    def formats(self) -> Sequence[Format]: ...

    def format(self, id: str) -> Format | None: ...

    def problems(self) -> Sequence[Problem]:
        """What is wrong with the files as they are on disk now; the library still holds the last good version of them."""
        ...

    def freeze(self, question_set: str) -> tuple[str, str]:
        """The hash and the JSON body of the edition that a chat scheduled now would get."""
        ...

    def remembered(self, hash: str) -> Edition | None:
        """The edition of that hash if it was thawed before, and not too many since."""
        ...

    def thaw(self, hash: str, body: str) -> Edition:
        """The edition of that body. Remembered by hash."""
        ...
