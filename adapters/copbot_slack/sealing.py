"""What nobody reads in the database who has not got the key.

Fernet (AES-128 in CBC mode, authenticated with HMAC-SHA256: https://github.com/fernet/spec) by the ``cryptography`` package. Each value is
bound to what it is about, so that one cannot be put in another's place.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unreadable(Exception):
    """No key opens it: it was closed with another one, is about something else, or is too old."""


class Seal:
    """Closes with the first key, opens with any: so a new one is put in front, and the old one taken away once all is closed anew."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._first = Fernet(keys[0])
        self._any = MultiFernet([Fernet(key) for key in keys])

    def closed(self, about: str, value: Any, now: datetime) -> bytes:  # noqa: ANN401 - whatever JSON can say
        """The value as bytes that look like letters, digits, ``-``, ``_`` and ``=``."""
        return self._first.encrypt_at_time(json.dumps([about, value]).encode(), int(now.timestamp()))

    def opened(self, about: str, closed: bytes) -> Any:  # noqa: ANN401 - as above
        """The value. Raises Unreadable."""
        return _about(about, lambda: self._any.decrypt(closed))

    def fresh(self, about: str, closed: bytes, now: datetime, age: timedelta) -> Any:  # noqa: ANN401 - as above
        """The value, if it was closed no longer than ``age`` ago. Raises Unreadable."""
        return _about(about, lambda: self._any.decrypt_at_time(closed, int(age.total_seconds()), int(now.timestamp())))

    def is_closed_with_first(self, closed: bytes) -> bool:
        """Whether the other keys are not needed for it."""
        try:
            self._first.decrypt(closed)
        except InvalidToken:
            return False
        return True


def _about(about: str, decrypt: Callable[[], bytes]) -> Any:  # noqa: ANN401 - as above
    try:
        found, value = json.loads(decrypt())
    except InvalidToken:
        raise Unreadable from None
    if found != about:
        raise Unreadable
    return value
