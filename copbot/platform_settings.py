"""Settings of platforms: how copbot connects to each, as it is written in its settings and as its adapter takes it."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr


def _from_json(value: object) -> object:
    """A list in the environment is written as JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError('a list is written as JSON here, for example [{"id": "lobby", "title": "Lobby"}]') from None


def _in_one_line(value: object) -> object:
    """Several secrets: a list in the YAML file, one line with commas elsewhere."""
    return ",".join(map(str, value)) if isinstance(value, list) else value


class Part(BaseModel):
    """A setting that holds others."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class RoomChannel(Part):
    """A channel of the local room."""

    id: str = Field(description="Short name, as communities refer to it.")
    title: str = Field(description="What people see.")
    purpose: str = Field(default="", description="One line under the title.")
    hosts: bool = Field(default=False, description="Only hosts see it.")


class RoomPersona(Part):
    """Somebody one can be in the local room."""

    id: str = Field(description="Short name, as in a mention.")
    name: str = Field(description="What people see.")
    time_zone: str = Field(default="Europe/London", description="IANA time zone in which this person sees times.")
    host: bool = Field(default=False, description="Sees the hosts' channels.")


class RoomSettings(Part):
    """The local room in the browser."""

    enabled: bool | None = Field(default=None, description="Whether the room is served; `null`: unless another platform is set up.")
    path: Path | None = Field(
        default=Path("copbot-room.sqlite3"), description="File that keeps what was said in the room; `null`: memory only."
    )
    channels: Annotated[tuple[RoomChannel, ...], BeforeValidator(_from_json)] = Field(
        default=(), description="Channels; none: those that the communities name."
    )
    personas: Annotated[tuple[RoomPersona, ...], BeforeValidator(_from_json)] = Field(
        default=(), description="People to be; none: a small cast."
    )

    def for_adapter(self) -> dict[str, Any]:
        """What the room is made from: plain values, without those left open and without ``enabled``."""
        return {name: value for name, value in self.model_dump(mode="json", exclude={"enabled"}).items() if value not in (None, [])}


class SlackSettings(Part):
    """One Slack workspace by its tokens, or many that install copbot. Where each value is found: ``docs/slack.md``."""

    bot_token: SecretStr = Field(default=SecretStr(""), description="Bot token, `xoxb-...`; with it Slack is switched on.")
    app_token: SecretStr = Field(default=SecretStr(""), description="App-level token, `xapp-...`; needed in Socket Mode.")
    signing_secret: SecretStr = Field(default=SecretStr(""), description="Signing secret; needed in HTTP mode.")
    config_token: SecretStr = Field(
        default=SecretStr(""),
        description="App configuration token, `xoxe.xoxp-...`; lets `copbot doctor` see which events the app is subscribed to.",
    )
    mode: Literal["socket", "http"] = Field(
        default="socket", description="`socket` needs no public address; `http`: Slack calls `/slack/events` on copbot's own port."
    )
    low_history: bool = Field(
        default=False, description="Slack grants this app 15 messages of history a minute only (apps sold outside its Marketplace)."
    )
    client_id: str = Field(
        default="", description="The app's client id; with it many workspaces can install copbot, in place of `bot_token`."
    )
    client_secret: SecretStr = Field(default=SecretStr(""), description="Client secret; needed for many workspaces.")
    encryption_keys: Annotated[SecretStr, BeforeValidator(_in_one_line)] = Field(
        default=SecretStr(""),
        description="Keys for the tokens of many workspaces, with commas between them: the first encrypts, the others still decrypt.",
    )
    public_url: str = Field(default="", description="copbot's own address, `https://...`; needed for many workspaces.")
    api_url: str = Field(default="https://slack.com/api/", description="Where Slack's Web API is; another one for a proxy or a test.")

    def for_adapter(self) -> dict[str, Any]:
        """What the adapter is made from, secrets included; empty if Slack is not set up at all."""
        values = {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in self}
        # The configuration token is shown to a doctor; nothing is connected by it.
        switches = ["client_id", *(name for name, value in self if isinstance(value, SecretStr) and name != "config_token")]
        return values if any(values[name] for name in switches) else {}


class DiscordSettings(Part):
    """One Discord bot by its token. Where each value is found: ``docs/discord.md``."""

    token: SecretStr = Field(default=SecretStr(""), description="The bot's token; with it Discord is switched on.")
    application_id: str = Field(default="", description="The application's id; without it Discord is asked whose the token is.")
    shards: int = Field(
        default=1, ge=1, description="Over how many connections the bot's servers are spread; replicas on one PostgreSQL share them out."
    )
    names_file: Path | None = Field(default=None, description="YAML file that says what commands are called in other languages.")
    api_url: str = Field(default="https://discord.com/api/v10", description="Where Discord's API is; another one for a proxy or a test.")
    gateway_url: str = Field(default="", description="Where Discord's gateway is, if not where its API says.")

    def for_adapter(self) -> dict[str, Any]:
        """What the adapter is made from, the token included and the names not read yet; empty if Discord is not set up at all."""
        values = {**self.model_dump(exclude={"names_file"}), "token": self.token.get_secret_value()}
        return values if values["token"] else {}
