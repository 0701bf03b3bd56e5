"""Holds everything the bot sends against Discord's published description and limits, and remembers what is wrong."""

from collections.abc import Iterable
from typing import Any

from discord_loopback.calls import Call
from discord_loopback.limits import choice_faults, command_faults, event_faults, mention_faults, message_faults, modal_faults
from discord_loopback.model import EPHEMERAL, Body
from discord_loopback.schemas import event_faults as frame_faults
from discord_loopback.schemas import request_faults, response_faults, sent_faults

SENDS = frozenset({"create_message", "execute_webhook"})
CHANGES = frozenset({"update_message", "update_original_webhook_message", "update_webhook_message"})


class Judge:
    """``problems`` are of the bot, ``own`` of this loopback. A test fails on either."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.own: list[str] = []

    def request(self, operation: str, method: str, template: str, kind: str, call: Call) -> None:
        """A request, before anything is done."""
        body = call.body if kind else None
        self._note(operation, request_faults(method, template, call.path, call.query, kind, body))
        if isinstance(call.body, dict):
            self._message(operation, call)
        if operation == "bulk_set_application_commands":
            self._note(operation, command_faults(call.body))
        if operation == "create_guild_scheduled_event":
            self._note(operation, event_faults(call.body))
        if operation == "create_interaction_response":
            self._callback(call)

    def _message(self, operation: str, call: Call) -> None:
        body = call.body.get("message", call.body) if operation == "create_thread" else call.body
        if operation in SENDS or (operation == "create_thread" and "message" in call.body):
            self._note(operation, message_faults(body, len(call.files)))
            self._note(operation, mention_faults(body))
        if operation in CHANGES:
            self._note(operation, message_faults({"content": "unchanged", **{k: v for k, v in body.items() if v}}, len(call.files)))
            self._note(operation, mention_faults(body))

    def _callback(self, call: Call) -> None:
        data: Body = call.body.get("data") or {}
        match call.body.get("type"):
            case 4 | 7:
                self._note("callback", message_faults(data, len(call.files)))
                self._note("callback", mention_faults(data))
            case 8:
                self._note("callback", choice_faults(data.get("choices") or []))
            case 9:
                self._note("callback", modal_faults(data))
        if call.body.get("type") in {4, 5} and not int(data.get("flags") or 0) & EPHEMERAL:
            self.blame("callback", "says in public what should be private")

    def answer(self, method: str, template: str, status: int, body: Any) -> None:
        """An answer of this loopback's."""
        self.own += [f"answer of {method} {template}: {fault}" for fault in response_faults(method, template, status, body)]

    def frame(self, frame: Body) -> None:
        """A frame of the bot's."""
        self._note({2: "identify", 6: "resume"}.get(frame.get("op", -1), f"op {frame.get('op')}"), sent_faults(frame))

    def event(self, frame: Body) -> None:
        """An event of this loopback's."""
        if frame["t"] != "RESUMED":  # published as an event without data; Discord sends an object
            self.own += [f"{frame['t']}: {fault}" for fault in frame_faults(frame)]

    def blame(self, where: str, fault: str) -> None:
        """Something that Discord would not say but people would notice."""
        self._note(where, [fault])

    def _note(self, where: str, faults: Iterable[str]) -> None:
        self.problems += [f"{where}: {fault}" for fault in faults]
