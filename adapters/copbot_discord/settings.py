"""Discord's part of copbot's settings: one bot by its token.

What Discord documents and this rests on: a bot token is three parts with dots between them, and a shard may have 2,500 servers
(https://docs.discord.com/developers/events/gateway#sharding).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from copbot.errors import ConfigurationError

API = "https://discord.com/api/v10"
MOST_SECONDS = 14
"""Less than half of the 30 seconds for which a post is leased."""
MOST_SHARDS = 256
LOCAL = ("http://127.0.0.1:", "http://localhost:", "ws://127.0.0.1:", "ws://localhost:")

TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")
FOUND_UNDER = "at discord.com/developers/applications it is under Bot -> Token -> Reset Token"


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    """One bot. ``shards`` is over how many gateway connections its servers are spread; ``names``: {locale: {verb, option or menu entry:
    {"name": ..., "summary": ...}}}, how the commands are called in other languages.

    ``timeout_seconds`` is how long Discord may take to answer, less than half a post's lease (3-architecture.md 6). ``api_url`` and
    ``gateway_url`` are Discord's own unless a test says otherwise; ``gateway_url`` empty: what Discord names.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", str_strip_whitespace=True)

    token: str = field(default="", repr=False)
    application_id: str = ""
    shards: int = 1
    names: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    api_url: str = API
    gateway_url: str = ""
    timeout_seconds: float = 10.0


def read_settings(raw: Mapping[str, Any]) -> DiscordSettings:
    """The settings, checked. Raises ConfigurationError, one line for each thing to mend, never with a token in it."""
    try:
        settings = TypeAdapter(DiscordSettings).validate_python(dict(raw))
    except ValidationError as error:
        lines = [f"discord.{'.'.join(str(step) for step in one['loc'])}: {one['msg']}" for one in error.errors()]
        raise ConfigurationError("\n".join(lines)) from None
    if faults := list(_faults(settings)):
        raise ConfigurationError("\n".join(faults))
    return settings


def _faults(settings: DiscordSettings) -> Iterator[str]:
    if not settings.token:
        yield f"discord.token: needed; {FOUND_UNDER}"
    elif not TOKEN.fullmatch(settings.token):
        yield f"discord.token: a bot token is three parts with dots between them; {FOUND_UNDER}"
    if settings.application_id and not settings.application_id.isdecimal():
        yield "discord.application_id: a number; at discord.com/developers/applications it is under General Information"
    if not 1 <= settings.shards <= MOST_SHARDS:
        yield f"discord.shards: 1 to {MOST_SHARDS}"
    if not settings.api_url.startswith(("https://", *LOCAL)) or settings.api_url.endswith("/"):
        yield f"discord.api_url: begins with https:// and ends without a slash, such as {API}"
    if settings.gateway_url and not settings.gateway_url.startswith(("wss://", *LOCAL)):
        yield "discord.gateway_url: begins with wss://, or is left out"
    if not 0 < settings.timeout_seconds <= MOST_SECONDS:
        yield f"discord.timeout_seconds: more than 0, at most {MOST_SECONDS}"
