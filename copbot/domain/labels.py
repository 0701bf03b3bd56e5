"""Answer labels: which question a message in the main channel answers (2-domain 1.5).

In a thread the thread decides; there a label can only say which part of that question is meant.
"""

import re
from collections.abc import Mapping

LABEL = re.compile(r"\s*[AaTt]\s?(\d{1,2})([a-d])?(?:\s*[/&+,]\s*[AaTt]?(\d{1,2}))?(?=[\s:.)\-–—]|$)[:.)]?")
"""``A1``, ``a2:``, ``A4b``, ``A1/2`` at the start of a message; T is how tweetchats label topics."""

FIRST_HALF = "a"

Parts = Mapping[int, str]
"""The questions there are: number -> letters of the parts that follow the first ("" or "b")."""

Label = tuple[int, str]
"""The number of a question and the part of it that is meant ("" for the first or only one)."""


def match(text: str, questions: Parts) -> tuple[Label, ...]:
    """The questions that a message names in its label; none if it has no label or names only questions there are not.

    A letter that is no part of its question makes it no label at all: "A1c" is a blood test.
    """
    found = LABEL.match(text)
    if found is None:
        return ()
    number, letter, second = int(found[1]), found[2] or "", found[3]
    if letter and not _is_part(letter, questions.get(number, "")):
        return ()
    named = [(number, _part(letter))]
    if second is not None and int(second) != number:
        named.append((int(second), ""))
    return tuple(label for label in named if label[0] in questions)


def part_in_thread(text: str, number: int, parts: str) -> str:
    """The part that a message in the thread of question ``number`` names; "" whatever other question it names."""
    if not parts:
        return ""
    return next((part for named, part in match(text, {number: parts}) if named == number), "")


def strip(text: str) -> str:
    """The message without its label, whether or not there is such a question."""
    found = LABEL.match(text)
    return text[found.end() :].lstrip() if found else text


def _is_part(letter: str, parts: str) -> bool:
    return letter in parts or (letter == FIRST_HALF and bool(parts))


def _part(letter: str) -> str:
    return "" if letter == FIRST_HALF else letter
