"""Towards whom a response is: everybody, another member, or only the hosts (3-architecture 4)."""

from collections.abc import Collection, Sequence

from copbot.domain.response import Kind


def addressed(pointed: Sequence[int], facilitators: Collection[int]) -> tuple[Kind, int | None]:
    """The kind of a response that points to these members, and the one member it replies to.

    ``pointed``: the author of the message it explicitly replies to first, then those it mentions, its own author left
    out. One member who is no host makes it ``peer``; hosts alone make it ``to_host``; nobody makes it ``answer``.
    """
    if not pointed:
        return Kind.ANSWER, None
    peers = [member for member in pointed if member not in facilitators]
    if peers:
        return Kind.PEER, peers[0]
    return Kind.TO_HOST, pointed[0]
