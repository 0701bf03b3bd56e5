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

# "when i" counts only before a past form: alone ("when I think about it") it is one of the false friends named in 2-domain 3.3.
CONCRETE = re.compile(
    r" (?:for example|e g|for instance|last (?:week|month|year)|yesterday|this (?:morning|week)"
    rf"|when i {_PAST}|we {_WE_DID}|i {_I_DID}|one (?:time|family|child|student|team)) "
)
"""In text ``apart``. That each phrase begins with a space lets it be found in a quarter of the time that looking behind it takes."""
PAST_FORMS = frozenset(_PAST_FORMS.split("|"))
REGULAR = re.compile(r"ed (?<=\w\wed )")
"""In text ``apart``, the end of a word such as "needed", not of "bed"."""
OTHER_THAN_WORD = re.compile(r"\W")
APART = "".join(" " if OTHER_THAN_WORD.match(letter) else letter for letter in map(chr, range(128)))
"""What is no word in ASCII is replaced with this in a fraction of the time."""
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
    apart = _apart(text)
    return CONCRETE.search(apart) is not None or (words >= LONG and _is_past(apart))


def _apart(text: str) -> str:
    """In small letters, with a space for everything that belongs to no word, and one on either side."""
    small = text.lower()
    return f" {small.translate(APART) if small.isascii() else OTHER_THAN_WORD.sub(' ', small)} "


def _is_past(apart: str) -> bool:
    """Whether there are enough past forms, those that are quickly found counted first."""
    regular = len(REGULAR.findall(apart))
    return regular >= PAST_WORDS or regular + sum(map(PAST_FORMS.__contains__, apart.split())) >= PAST_WORDS


def question_cue(text: str) -> bool:
    """Whether a message ends in a question."""
    return "?" in text and QUESTION.search(text) is not None
