"""Slack's part of copbot's settings: one workspace by its tokens, or many that install copbot by OAuth.

What Slack documents and this rests on: bot tokens begin with ``xoxb-`` (``xoxe.xoxb-`` where they rotate), app-level tokens with
``xapp-``; an app may hold ten Socket Mode connections (4-platforms.md A2).
"""

import re
from base64 import urlsafe_b64decode
from binascii import Error as NoBase64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from copbot.errors import ConfigurationError

API = "https://slack.com/api/"
MOST_CONNECTIONS = 10
"""Socket Mode connections that Slack grants one app."""
MOST_SECONDS = 14
"""Less than half of the 30 seconds for which a post is leased."""

_BEGINNINGS = {"bot_token": ("xoxb-", "xoxe.xoxb-"), "app_token": ("xapp-",), "config_token": ("xoxe.xoxp-",)}
_FOUND_UNDER = {
    "bot_token": "OAuth & Permissions -> Bot User OAuth Token",
    "app_token": "Basic Information -> App-Level Tokens, with the scope connections:write",
    "signing_secret": "Basic Information -> App Credentials -> Signing Secret",
    "config_token": "Your App Configuration Tokens, below the list of apps; it lasts for 12 hours",
}
_NEEDED = {"socket": ("bot_token", "app_token"), "http": ("bot_token", "signing_secret")}
_NEEDED_BY_MANY = {
    "client_id": "at api.slack.com/apps it is under Basic Information -> App Credentials -> Client ID",
    "client_secret": "at api.slack.com/apps it is under Basic Information -> App Credentials -> Client Secret",
    "signing_secret": "at api.slack.com/apps it is under Basic Information -> App Credentials -> Signing Secret",
    "encryption_keys": "make one: openssl rand -base64 32 | tr +/ -_",
    "public_url": "copbot's own address, such as https://chats.example.org",
}
KEY_BYTES = 32
LOCAL = ("http://127.0.0.1:", "http://localhost:")


def _listed(value: object) -> object:
    """Several keys in one line, with commas or white space between them."""
    return tuple(key for key in re.split(r"[,\s]+", value) if key) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """One workspace, by its tokens; or many: then there are ``client_id`` and what follows, Slack calls by HTTP, and each workspace's
    token is kept in the database, encrypted with the first of ``encryption_keys`` (Fernet keys; the others still open what they closed).

    ``mode``: Socket Mode needs no public address; ``http`` is served on copbot's own pages. ``connections`` is how many sockets are
    open side by side, ``ping_seconds`` how often each is asked whether it is alive. ``timeout_seconds`` is how long Slack may take to
    answer, less than half a post's lease (3-architecture.md 6). ``low_history``: Slack gives this app 15 messages of
    history a minute and no more, as it does to commercially distributed apps outside its Marketplace. ``config_token`` shows the app's own
    configuration to whoever checks it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", str_strip_whitespace=True)

    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    config_token: str = field(default="", repr=False)
    mode: Literal["socket", "http"] = "socket"
    api_url: str = API
    connections: int = 2
    ping_seconds: float = 2.0
    low_history: bool = False
    timeout_seconds: float = 10.0
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    encryption_keys: Annotated[tuple[str, ...], BeforeValidator(_listed)] = field(default=(), repr=False)
    public_url: str = ""

    @property
    def many(self) -> bool:
        """Whether workspaces install copbot themselves."""
        return bool(self.client_id or self.client_secret or self.encryption_keys)


def read_settings(raw: Mapping[str, Any]) -> SlackSettings:
    """The settings, checked. Raises ConfigurationError, one line for each thing to mend, never with a token in it."""
    try:
        settings = TypeAdapter(SlackSettings).validate_python(dict(raw))
    except ValidationError as error:
        lines = [f"slack.{'.'.join(str(step) for step in one['loc'])}: {one['msg']}" for one in error.errors()]
        raise ConfigurationError("\n".join(lines)) from None
    if faults := list(_faults(settings)):
        raise ConfigurationError("\n".join(faults))
    return replace(settings, mode="http", public_url=settings.public_url.rstrip("/")) if settings.many else settings


def _faults(settings: SlackSettings) -> Iterator[str]:
    yield from _faults_of_many(settings) if settings.many else _faults_of_one(settings)
    if not settings.api_url.startswith(("https://", *LOCAL)) or not settings.api_url.endswith("/"):
        yield f"slack.api_url: begins with https:// and ends with a slash, such as {API}"
    if not 1 <= settings.connections <= MOST_CONNECTIONS:
        yield f"slack.connections: 1 to {MOST_CONNECTIONS}"
    for name in ("ping_seconds", "timeout_seconds"):
        if not 0 < getattr(settings, name) <= MOST_SECONDS:
            yield f"slack.{name}: more than 0, at most {MOST_SECONDS}"


def _faults_of_many(settings: SlackSettings) -> Iterator[str]:
    if settings.bot_token:
        yield "slack.bot_token: for one workspace; with slack.client_id each workspace has its own, so unset one of the two"
    for name, remedy in _NEEDED_BY_MANY.items():
        if not getattr(settings, name):
            yield f"slack.{name}: needed where many workspaces install copbot; {remedy}"
    if not all(map(_is_key, settings.encryption_keys)):
        yield f"slack.encryption_keys: each is {KEY_BYTES} bytes in URL-safe base64; {_NEEDED_BY_MANY['encryption_keys']}"
    if settings.public_url and not settings.public_url.startswith(("https://", *LOCAL)):
        yield "slack.public_url: begins with https://, such as https://chats.example.org"


def _is_key(key: str) -> bool:
    try:
        return len(urlsafe_b64decode(key)) == KEY_BYTES
    except (NoBase64, ValueError):
        return False


def _faults_of_one(settings: SlackSettings) -> Iterator[str]:
    needed = _NEEDED[settings.mode]
    for name, where in _FOUND_UNDER.items():
        value: str = getattr(settings, name)
        if not value and name in needed:
            yield f"slack.{name}: needed in {settings.mode} mode; at api.slack.com/apps it is under {where}"
        elif value and not value.startswith(_BEGINNINGS.get(name, "")):
            yield f"slack.{name}: begins with {_BEGINNINGS[name][0]!r}; at api.slack.com/apps it is under {where}"
