"""Holds everything the app sends against Slack's published schemas and limits, and remembers what is wrong."""

from collections.abc import Iterable

from slack_loopback.limits import block_faults, message_faults, view_faults
from slack_loopback.model import Body
from slack_loopback.schemas import faults_of, request_faults, response_faults, sdk_faults

MESSAGES = frozenset({"chat.postMessage", "chat.update", "chat.postEphemeral"})
INNER = ("message", "previous_message", "root")


class Judge:
    """``problems`` are of the app, ``own`` of this loopback. A test fails on either."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.own: list[str] = []

    def request(self, method: str, args: Body) -> None:
        """A request of the Web API."""
        self._note(method, request_faults(method, args))
        if method in MESSAGES:
            self.message(method, args)
        if isinstance(args.get("view"), dict):
            self.view(method, args["view"])

    def message(self, where: str, body: Body) -> None:
        """Something to be shown as a message."""
        self._note(where, message_faults(body))
        blocks = body.get("blocks") or []
        self._note(where, (f"blocks/{fault}" for fault in faults_of("Known", blocks)))
        self._note(where, block_faults(blocks))
        self._note(where, sdk_faults(blocks))

    def view(self, where: str, view: Body) -> None:
        """Something to be shown as a view."""
        self._note(where, (f"view/{fault}" for fault in faults_of("View", view)))
        self._note(where, view_faults(view))
        self._note(where, sdk_faults(view.get("blocks") or []))

    def answer(self, method: str, body: Body) -> None:
        """An answer of this loopback's."""
        self.own += [f"answer of {method}: {fault}" for fault in response_faults(method, body)]

    def event(self, event: Body) -> None:
        """An event of this loopback's."""
        self.sent("Event", event | {name: _told_apart(event, event[name]) for name in INNER if name in event})

    def sent(self, kind: str, payload: Body) -> None:
        """Something that this loopback sends to the app."""
        self.own += [f"{kind}: {fault}" for fault in faults_of(kind, payload)]

    def blame(self, where: str, fault: str) -> None:
        """Something that Slack would not say but people would notice."""
        self._note(where, [fault])

    def _note(self, where: str, faults: Iterable[str]) -> None:
        self.problems += [f"{where}: {fault}" for fault in faults]


def _told_apart(event: Body, message: Body) -> Body:
    """A message inside an event as the published types want it: they ask for fields that Slack sends around it only, know no
    tombstones, and want a broadcast reply's root to be an event, too.
    """
    inner = {"channel": event["channel"], "channel_type": event["channel_type"], "event_ts": event["event_ts"], **message}
    if inner.get("subtype") in {"tombstone", "thread_broadcast"}:
        del inner["subtype"]
    return inner
