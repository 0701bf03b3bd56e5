"""What is kept of a message instead of its words: a band of its length and two yes/no flags (2-domain 3.3).

The cues are crude: concrete was measured at precision 0.44 on real chats. They may only ever lead to general
invitations or private suggestions.
"""

import re

from copbot.domain.labels import strip
from copbot.domain.response import WordsBand

LONG = 40
"""From this many words on, a message in the past tense counts as a story."""

PAST_WORDS = 3
"""A long message is taken to be in the past tense if it has this many past forms."""

_PAST_FORMS = "was|were|had|did|went|saw|found|got|came|made|took|told|said|felt|began|ran|met|gave|heard|knew|thought|left"
_PAST = rf"(?:{_PAST_FORMS}|\w{{2,}}ed)"
_WE_DID = r"(?:tried|started|set up|used|found|stopped)"
_I_DID = r"(?:tried|used|saw|asked|found|ran|went)"

# Look-arounds instead of \b, which never matches after the full stop of "e.g.". "when i" counts only before a past
# form: alone ("when I think about it") it is one of the false friends named in 2-domain 3.3.
_PHRASES = (
    r"(?<!\w)(?:for example|e\.g\.|for instance|last (?:week|month|year)|yesterday|this (?:morning|week)"
    rf"|when i {_PAST}|we {_WE_DID}|i {_I_DID}|one (?:time|family|child|student|team))(?!\w)"
)
CONCRETE, CONCRETE_IN_SMALL = re.compile(_PHRASES, re.IGNORECASE), re.compile(_PHRASES)
"""Regardless of case, and twice as fast in text that is all in small letters."""
PAST_FORMS = frozenset(_PAST_FORMS.split("|"))
WORD = re.compile(r"\w+")
APART = "".join(letter if WORD.match(letter) else " " for letter in map(chr, range(128)))
"""Words of ASCII are found with this and ``split`` in a quarter of the time."""
REGULAR = re.compile(r"ed(?<=\w\wed)(?!\w)")
"""The end of a word such as "needed", not of "bed"."""
# Closing quotes, brackets, emphasis and emoji may follow the question mark; a letter or digit (as in an address) may not.
QUESTION = re.compile(r"\?[^\w?]*\Z")


def cues(text: str) -> tuple[WordsBand | None, bool, bool]:
    """All that is kept of a message instead of its words: how long it is, the concrete cue, the question cue."""
    said = strip(text)
    words = len(said.split())
    return _band(words), _is_concrete(text, words if said is text else len(text.split())), question_cue(text)


def words_band(text: str) -> WordsBand | None:
    """How long a message is, its label not counted; None if it has no words (a picture alone)."""
    return _band(len(strip(text).split()))


def concrete_cue(text: str) -> bool:
    """Whether a message seems to speak of something that happened: a phrase of the list, or a long message in the past tense."""
    return _is_concrete(text, len(text.split()))


def _band(words: int) -> WordsBand | None:
    if words == 0:
        return None
    if words <= 10:
        return WordsBand.FEW
    if words <= 40:
        return WordsBand.SOME
    return WordsBand.MANY if words <= 100 else WordsBand.LOTS


def _is_concrete(text: str, words: int) -> bool:
    small = text.lower()
    # Beyond ASCII there are letters that IGNORECASE takes for others, and lower() does not.
    if CONCRETE_IN_SMALL.search(small) if text.isascii() else CONCRETE.search(text):
        return True
    return words >= LONG and _is_past(small)


def _is_past(small: str) -> bool:
    """Whether there are enough past forms, those that are quickly found counted first."""
    regular = len(REGULAR.findall(small))
    if regular >= PAST_WORDS:
        return True
    words = small.translate(APART).split() if small.isascii() else WORD.findall(small)
    return regular + sum(map(PAST_FORMS.__contains__, words)) >= PAST_WORDS


def question_cue(text: str) -> bool:
    """Whether a message ends in a question."""
    return "?" in text and QUESTION.search(text) is not None
