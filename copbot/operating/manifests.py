"""What a platform wants to be told about copbot before it can be connected: its app manifest."""

import json
from importlib.metadata import entry_points

from copbot.errors import ConfigurationError
from copbot.services.commands import SPECS


def slack_manifest(name: str, url: str) -> str:
    """Slack's app manifest as JSON, ready to paste. ``url``: copbot's public address, for HTTP mode; empty for Socket Mode.

    Raises ConfigurationError if the adapter is not installed, or for an address that Slack cannot call.
    """
    if url and not url.startswith("https://"):
        raise ConfigurationError(f"Slack calls https addresses only, like https://copbot.example.org; this is {url}")
    found = [entry for entry in entry_points(group="copbot.manifests") if entry.name == "slack"]
    if not found:
        raise ConfigurationError("The Slack adapter is not installed; pip install 'copbot[slack]'")
    return json.dumps(found[0].load()(SPECS, socket=not url, url=url.rstrip("/"), name=name), indent=2, ensure_ascii=False)
