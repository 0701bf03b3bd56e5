"""What may identify a patient, client or colleague, found in memory and never kept (2-domain 6.4).

A find says what kind of thing it may be and where it stands, never what it is. The bot does not decide that a post
is a breach; it tells the author, privately.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from copbot.domain.labels import LABEL


class IdentifierKind(StrEnum):
    """What a find may be."""

    NHS_NUMBER = "nhs_number"
    CHI_NUMBER = "chi_number"
    POSTCODE = "postcode"
    DATE_OF_BIRTH = "date_of_birth"
    PHONE = "phone"
    EMAIL = "email"
    TITLED_NAME = "titled_name"
    HOSPITAL_NUMBER = "hospital_number"
    IMAGE = "image"


class Confidence(StrEnum):
    """How sure a find is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


_SURE_FIRST = tuple(Confidence)

IN_WORDS: dict[IdentifierKind, str] = {
    IdentifierKind.NHS_NUMBER: "an NHS number",
    IdentifierKind.CHI_NUMBER: "a CHI number",
    IdentifierKind.POSTCODE: "a full postcode",
    IdentifierKind.DATE_OF_BIRTH: "a date of birth",
    IdentifierKind.PHONE: "a phone number",
    IdentifierKind.EMAIL: "an email address",
    IdentifierKind.TITLED_NAME: "a name",
    IdentifierKind.HOSPITAL_NUMBER: "a hospital number",
    IdentifierKind.IMAGE: "a picture or file",
}
"""The kinds in plain words, for the private note."""


@dataclass(frozen=True, slots=True)
class Found:
    """A possible identifier between two positions of the text; the text itself is never held."""

    kind: IdentifierKind
    confidence: Confidence
    start: int
    end: int


NHS = re.compile(r"(?<![\w./#@<-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-]|\.\d)")
WRITTEN_AS_NHS = re.compile(r"\d{3}[ -]\d{3}[ -]\d{4}")
POSTCODE = re.compile(r"\b[A-PR-UWYZ][A-Z]?\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
DOB = re.compile(
    r"\b(?:dob|d\.o\.b|date of birth|born(?: on)?)\b.{0,12}?"
    rf"(?:\d{{1,2}}[/. -]\d{{1,2}}[/. -]\d{{2,4}}|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH},? \d{{2,4}})",
    re.IGNORECASE,
)
# United Kingdom numbers: 0 or +44 and nine or ten more digits, with at most one space, dash or bracket between two of them.
PHONE = re.compile(r"(?<![\w./#@<+-])(?:\+44[ -]?(?:\(0\)[ -]?)?|\(?0)[1-9](?:\)?[ -]?\d){8,9}(?![\w-]|\.\d)")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
TITLED = re.compile(r"\b(?:(Mrs?|Ms|Miss|Mx)\.?|Master|Baby|Mum|Dad|Nan|Grandad)\s+([A-Z][a-z]+)")
# Not a year: "in hospital 2018" and "Rio 2016" are everyday talk.
HOSPITAL = re.compile(r"\b(?:hosp(?:ital)?|mrn|rio|emis)\s*(?:no|number|id)?[:# ]+(?!(?:19|20)\d\d\b)\w*\d\w{3,}", re.IGNORECASE)

_OTHER_THAN_WORD = re.compile(r"\W")
_SHAPES = b"".join(
    b"9" if sign.isdigit() else b"T" if sign in "MBDNG" else b" " if _OTHER_THAN_WORD.match(sign) else b"a" for sign in map(chr, range(128))
).ljust(256)
"""9 for a digit, T for a letter that a title begins with, a for all else that words are made of."""
_INWARD = re.compile(rb"9[aT]{2} ")
"""How every postcode ends, in the shape of its text."""
_BIRTH_WORDS = ("dob", "d.o.b", "date of birth", "born")
_HOSPITAL_WORDS = ("hosp", "mrn", "rio", "emis")
_TITLE = re.compile(r"M(?:r|s|iss|x|aster|um)|Baby|Dad|Nan|Grandad")
_DIGITS = re.compile(r"\d")
_ORDINALS = ("st", "nd", "rd", "th")
_SERVICE = re.compile(
    r"Friendly|Clinics?|Class(?:es)?|Groups?|Massage|Week|Day|Box(?:es)?|Bank|Steps|Talk|Sensory|Loss|And|Or|The|But|Is|Was|Said"
)
"""Words that follow "Baby", "Mum" or "Master" in names of services: the Baby Friendly Initiative is everyday talk."""
SHORTEST_PHONE, SHORTEST_BIRTHDAY = 10, 4
"""How many digits a telephone number and a date such as 3/4/19 have at least."""
NEAR = 20
"""How many characters around a number are searched for the letters "NHS"."""


def find(text: str, *, known_names: Collection[str] = (), published: Collection[str] = ()) -> tuple[Found, ...]:
    """Everything in a message that may identify a person, by position; an answer label at its start is passed over.

    ``known_names`` are names of members, hosts, guests and authors of papers; ``published`` are texts whose telephone
    numbers and addresses everybody may see, such as the contacts of the community file.
    """
    start = _after_label(text)
    found: list[Found] = []
    shape = _shape(text[start:])
    digits = len(_DIGITS.findall(text, start)) if shape is None else shape.count(b"9")
    if digits:
        found.extend(_with_digits(text, start, digits, shape, published))
    if "@" in text:
        found.extend(_emails(text, start, published))
    if (shape is None or b"T" in shape) and _TITLE.search(text, start):
        found.extend(_titled(text, start, known_names))
    return tuple(sorted(found, key=lambda each: each.start)) if found else ()


def surest(found: Collection[Found]) -> Found:
    """The find to speak about: the most certain, then the first. Raises ValueError if there is none."""
    return min(found, key=lambda each: (_SURE_FIRST.index(each.confidence), each.start))


def passes_mod_11(digits: str) -> bool:
    """Whether ten digits are a well-formed NHS or CHI number: NHS Data Dictionary, "NHS NUMBER", modulus 11.

    The nine digits weigh 10 to 2; the tenth is 11 minus the rest of their sum by 11, 11 standing for 0 and 10 for none.
    Ten equal digits are refused as trivial.
    """
    if len(set(digits)) == 1:
        return False
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return int(digits[9]) == check % 11 if check != 10 else False


def _after_label(text: str) -> int:
    label = LABEL.match(text)
    return label.end() if label else 0


def _shape(text: str) -> bytes | None:
    """What kinds of signs a text is made of: shows in a fraction of the time that patterns take what is not there.

    None for text beyond ASCII, of which patterns take some letters and digits for those that they look for.
    """
    return text.encode().translate(_SHAPES) + b" " if text.isascii() else None


def _with_digits(text: str, start: int, digits: int, shape: bytes | None, published: Collection[str]) -> Iterator[Found]:
    """Each pattern is tried only on texts with enough digits for it, and with what it cannot do without: most have neither."""
    if digits >= SHORTEST_PHONE:
        yield from _long_numbers(text, start, published)
    if digits >= SHORTEST_BIRTHDAY and _may_say(text, _BIRTH_WORDS):
        for match in DOB.finditer(text, start):
            yield _at(match, IdentifierKind.DATE_OF_BIRTH, Confidence.HIGH)
    if shape is None or _INWARD.search(shape):
        for match in POSTCODE.finditer(text, start):
            if not match[0].endswith(_ORDINALS):
                yield _at(match, IdentifierKind.POSTCODE, Confidence.MEDIUM)
    if _may_say(text, _HOSPITAL_WORDS):
        for match in HOSPITAL.finditer(text, start):
            yield _at(match, IdentifierKind.HOSPITAL_NUMBER, Confidence.MEDIUM)


def _may_say(text: str, words: Iterable[str]) -> bool:
    """Whether a pattern that needs one of these words may match. Patterns take some letters beyond ASCII for letters of the alphabet."""
    if not text.isascii():
        return True
    small = text.lower()
    return any(word in small for word in words)


def _long_numbers(text: str, start: int, published: Collection[str]) -> Iterator[Found]:
    numbers = list(_numbers(text, start))
    yield from numbers
    for match in PHONE.finditer(text, start):
        if not any(number.start <= match.start() < number.end for number in numbers) and not _is_published_phone(match[0], published):
            yield _at(match, IdentifierKind.PHONE, Confidence.MEDIUM)


def _numbers(text: str, start: int) -> Iterator[Found]:
    for match in NHS.finditer(text, start):
        digits = _digits(match[0])
        if not passes_mod_11(digits):
            continue
        if WRITTEN_AS_NHS.fullmatch(match[0]) or _says_nhs(text, match):
            yield _at(match, IdentifierKind.NHS_NUMBER, Confidence.HIGH)
        elif _is_date(digits[:6]):
            yield _at(match, IdentifierKind.CHI_NUMBER, Confidence.MEDIUM)
        elif digits[0] != "0":  # no NHS number begins with 0; a telephone number does, and one in eleven passes the check
            yield _at(match, IdentifierKind.NHS_NUMBER, Confidence.MEDIUM)


def _says_nhs(text: str, match: re.Match[str]) -> bool:
    around = text[max(0, match.start() - NEAR) : match.start()] + " " + text[match.end() : match.end() + NEAR]
    return "nhs" in around.lower()


def _is_date(ddmmyy: str) -> bool:
    """Whether six digits are a day, month and year of this century or the last."""
    day, month, year = int(ddmmyy[:2]), int(ddmmyy[2:4]), int(ddmmyy[4:])
    for century in (1900, 2000):
        try:
            date(century + year, month, day)
        except ValueError:
            continue
        return True
    return False


def _emails(text: str, start: int, published: Collection[str]) -> Iterator[Found]:
    for match in EMAIL.finditer(text, start):
        if not any(match[0].lower() in line.lower() for line in published):
            yield _at(match, IdentifierKind.EMAIL, Confidence.MEDIUM)


def _titled(text: str, start: int, known_names: Collection[str]) -> Iterator[Found]:
    for match in TITLED.finditer(text, start):
        formal, name = match[1] is not None, match[2]
        if (not formal and _SERVICE.fullmatch(name)) or _is_known(name, known_names):
            continue
        yield _at(match, IdentifierKind.TITLED_NAME, Confidence.MEDIUM if formal else Confidence.LOW)


def _is_known(name: str, known_names: Collection[str]) -> bool:
    return any(name.casefold() in re.findall(r"\w+", known.casefold()) for known in known_names)


def _is_published_phone(number: str, published: Collection[str]) -> bool:
    digits = _digits(number).removeprefix("44").lstrip("0")
    return any(digits in _digits(line) for line in published)


def _digits(text: str) -> str:
    return "".join(_DIGITS.findall(text))


def _at(match: re.Match[str], kind: IdentifierKind, confidence: Confidence) -> Found:
    return Found(kind, confidence, match.start(), match.end())
