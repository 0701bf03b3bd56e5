"""Keeping the counters of an asked question right. Hosts and co-hosts count for nothing but the last human message (2-domain 3.3)."""

from collections.abc import Iterable
from datetime import datetime

from copbot.domain.chat import FACILITATORS, Counters
from copbot.domain.response import Kind, Response


def counts(response: Response) -> bool:
    """Whether a response is one of a member who is not a host of that chat."""
    return response.role not in FACILITATORS


def with_added(counters: Counters, added: Iterable[Response], voices: int) -> Counters:
    """The counters after these responses came in; ``voices`` is how many members have spoken for the first time."""
    new = [response for response in added if counts(response)]
    return counters._replace(
        messages=counters.messages + len(new),
        peer=counters.peer + sum(response.kind is Kind.PEER for response in new),
        first_at=min([response.at for response in new] + ([counters.first_at] if counters.first_at else []), default=None),
        voices=counters.voices + voices,
    )


def recounted(counters: Counters, responses: Iterable[Response]) -> Counters:
    """The counters worked out anew from all responses to the question. The last human message stays as it is."""
    stored = [response for response in responses if counts(response)]
    return counters._replace(
        messages=len(stored),
        peer=sum(response.kind is Kind.PEER for response in stored),
        first_at=min((response.at for response in stored), default=None),
        voices=len({response.member for response in stored}),
    )


def spoken(counters: Counters, at: datetime | None) -> Counters:
    """The counters after somebody, it does not matter who, spoke at that moment."""
    if at is None or (counters.last_human_at is not None and counters.last_human_at >= at):
        return counters
    return counters._replace(last_human_at=at)
