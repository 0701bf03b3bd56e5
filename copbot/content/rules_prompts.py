"""What a prompt may be: autonomy, placeholders, spelling (2-domain.md 3.2, 7.2, T31, T32)."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from copbot.content.document import Document
from copbot.content.schema_prompts import PromptSpec
from copbot.ports.library import Problem

PLACEHOLDERS: Final = frozenset(
    [
        "topic",
        "time",
        "name",
        "name_a",
        "name_b",
        "n",
        "minutes",
        "count",
        "themes",
        "side_a",
        "side_b",
        "presenter",
        "commitment",
        "open_for",
        "kind",
    ]
)
POST_PLACEHOLDERS: Final = PLACEHOLDERS | frozenset(["guest", "paper_link", "focus", "practitioner", "delete_date"])
"""What the texts of a format may hold."""

_SPEAKS_FOR_PEOPLE = re.compile(r"\{(name\w*|themes|side_\w+)\}")
_BRACES = re.compile(r"\{([^{}]*)\}")
_AT_MOST_SUGGESTED: Final = frozenset({"challenge", "name_tension", "affirm"})

AMERICAN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "behavior": "behaviour", "behaviors": "behaviours", "color": "colour", "colors": "colours", "favor": "favour",
        "favorite": "favourite", "honor": "honour", "labor": "labour", "neighbor": "neighbour", "neighbors": "neighbours",
        "center": "centre", "centers": "centres", "centered": "centred", "theater": "theatre", "fiber": "fibre", "liter": "litre",
        "organize": "organise", "organized": "organised", "organizing": "organising", "organization": "organisation",
        "recognize": "recognise", "recognized": "recognised", "summarize": "summarise", "summarized": "summarised",
        "realize": "realise", "realized": "realised", "emphasize": "emphasise", "prioritize": "prioritise", "apologize": "apologise",
        "analyze": "analyse", "analyzed": "analysed", "practicing": "practising", "practiced": "practised",
        "counselor": "counsellor", "counseling": "counselling", "pediatric": "paediatric", "pediatrics": "paediatrics",
        "anesthetic": "anaesthetic", "diarrhea": "diarrhoea", "hemoglobin": "haemoglobin", "fulfill": "fulfil", "enroll": "enrol",
        "skillful": "skilful", "traveling": "travelling", "modeling": "modelling", "labeled": "labelled", "canceled": "cancelled",
        "gray": "grey", "mom": "mum", "moms": "mums", "program": "programme",
        "programs": "programmes", "defense": "defence", "offense": "offence", "gotten": "got", "toward": "towards",
    }
)  # fmt: skip
"""American spellings and the British ones. Words that both use (license, practice as a noun) are left out."""


def check_prompts(document: Document, prompts: list[PromptSpec], *way: object) -> Iterator[Problem]:
    """The rules for each prompt of a list that stands at that place of a file."""
    seen: set[str] = set()
    for index, prompt in enumerate(prompts):
        if prompt.id in seen:
            yield document.finding("duplicate-id", f"The prompt id `{prompt.id}` is used twice.", *way, index, "id")
        seen.add(prompt.id)
        yield from _check_autonomy(document, prompt, *way, index)
        yield from check_placeholders(document, prompt.text, PLACEHOLDERS, *way, index, "text")
        yield from check_spelling(document, prompt.text, *way, index, "text")


def _check_autonomy(document: Document, prompt: PromptSpec, *way: object) -> Iterator[Problem]:
    if prompt.audience in ("member_dm", "host_dm") or prompt.autonomy in ("suggest", "host_only", "opt_in"):
        return
    if prompt.autonomy == "clockwork" and prompt.model == "action_learning":
        return
    match = _SPEAKS_FOR_PEOPLE.search(prompt.text)
    if match:
        what = f"A prompt with {match[0]} names people or speaks for the group: at most a host may send it."
    elif prompt.move in _AT_MOST_SUGGESTED:
        what = f"A prompt of the move {prompt.move} is for people to send, not for the bot by itself."
    else:
        return
    yield document.finding("autonomy", what, *way, "autonomy", paste="autonomy: suggest")


def check_placeholders(document: Document, text: str, allowed: frozenset[str], *way: object) -> Iterator[Problem]:
    """Placeholders that nothing will fill."""
    for match in _BRACES.finditer(text):
        name = match[1]
        if name in allowed:
            continue
        words = name.lower().split("_")
        near = get_close_matches(name.lower(), sorted(allowed), 1, 0.6) or [word for word in reversed(words) if word in allowed]
        hint = f"did you mean {{{near[0]}}}?" if near else "Known: " + " ".join(f"{{{one}}}" for one in sorted(allowed))
        yield document.finding("placeholder", f"Unknown placeholder {{{name}}}; {hint}", *way)


def check_spelling(document: Document, text: str, *way: object) -> Iterator[Problem]:
    """American spellings, as warnings."""
    for word in re.findall(r"[A-Za-z-]+", text):
        british = AMERICAN.get(word.lower())
        if british:
            yield document.finding("spelling", f"American spelling: `{word}`. British: `{british}`.", *way, is_warning=True)
