"""Responses: what members do towards an asked question, as far as it may be kept."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from copbot.domain.place import Place


class Kind(StrEnum):
    """What a response does. ``present`` and ``listening`` have no question and no message."""

    ANSWER = "answer"
    PEER = "peer"
    TO_HOST = "to_host"
    PRESENT = "present"
    LISTENING = "listening"


class WordsBand(StrEnum):
    """How long a message is, without saying how long exactly."""

    FEW = "1-10"
    SOME = "11-40"
    MANY = "41-100"
    LOTS = "101+"


class MessageKey(NamedTuple):
    """What a message is, whichever delivery brought it: the basis of de-duplication.

    A tuple, as are people and places: each batch makes and looks up hundreds, which tuples do in a fraction of a dataclass's time.
    """

    platform: str
    channel: str
    message: str


class Response(NamedTuple):
    """One act of one member towards one asked question. ``text`` is None wherever it may not be kept.

    ``version`` is that of the last edit taken over. ``place`` is where it was said. ``part`` is "b" for a labelled second half.
    A tuple, for the same reason.
    """

    id: int
    chat: int
    member: int
    kind: Kind
    at: datetime
    asked: int | None = None
    part: str = ""
    message: MessageKey | None = None
    place: Place | None = None
    role: str = "participant"
    replies_to: int | None = None
    words_band: WordsBand | None = None
    concrete_cue: bool | None = None
    question_cue: bool | None = None
    text: str | None = None
    version: int = 0
