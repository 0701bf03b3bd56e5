"""Prompts: the words a facilitative move may use."""

import re
from dataclasses import dataclass
from enum import StrEnum

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Autonomy(StrEnum):
    """How far the bot may go by itself with a prompt."""

    CLOCKWORK = "clockwork"
    AUTO = "auto"
    SUGGEST = "suggest"
    HOST_ONLY = "host_only"
    OPT_IN = "opt_in"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One wording, with placeholders in braces such as ``{topic}``."""

    id: str
    move: str
    stage: str
    audience: str
    autonomy: Autonomy
    text: str
    model: str = "general"
    step: str = ""
    mode: str = ""
    signals: tuple[str, ...] = ()


def topic(title: str) -> str:
    """A chat's title as ``{topic}`` inside a sentence: in quotation marks, without its own full stop or question mark."""
    return f"“{title.rstrip('?.! ')}”"


def fill(text: str, /, **values: object) -> str:
    """The text with each ``{placeholder}`` replaced. Values that the text does not use are ignored.

    Raises:
        KeyError: the text has a placeholder without a value.

    """
    return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), text)
