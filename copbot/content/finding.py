"""What a check finds in one file, before it is tied to that file's path."""

from dataclasses import dataclass
from pathlib import Path

from copbot.ports.library import Problem


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a place in a text. Lines and columns count from 1.

    ``paste`` is what to write instead, shown to the admin. ``repair`` is the whole corrected source line, where one
    line can be corrected on its own, so that the rest of the file can still be checked.
    """

    line: int
    column: int
    code: str
    what: str
    paste: str = ""
    repair: str | None = None
    is_warning: bool = False

    def at(self, path: Path) -> Problem:
        """The finding as a problem of that file, with the text to paste in it."""
        what = f"{self.what} Write:{_quoted(self.paste)}" if self.paste else self.what
        return Problem(path, self.line, self.column, self.code, what, self.is_warning)


def _quoted(paste: str) -> str:
    lines = paste.splitlines()
    return f" `{paste}`" if len(lines) == 1 else "\n" + "\n".join(f"    {line}" for line in lines)
