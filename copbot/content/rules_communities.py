"""What a community file must be beyond its schema, and what no file may hold."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches

from copbot.content.document import Document
from copbot.content.rules_prompts import check_prompts
from copbot.content.schema_community import CommunitySpec
from copbot.ports.library import Problem

Identifiers = Callable[[str], Sequence[str]]
"""The kinds of identifying detail found in a text (2-domain.md 6.4), without the detail."""

_CERTAIN = frozenset({"nhs_number", "chi_number", "date_of_birth", "hospital_number"})
_CONTACTS = frozenset({"people", "controller", "handle", "authors", "doi", "link", "hosts", "id", "source"})
_PLACEHOLDER = re.compile(r"\s*(replace|todo|xxx|\.\.\.)", re.IGNORECASE)


def check_community(
    document: Document, prompts: Collection[str], frameworks: Collection[str], channels: Mapping[tuple[str, str], str]
) -> Iterator[Problem]:
    """Everything wrong with a community, given what there is and whose channels those before it have."""
    spec = document.spec
    assert isinstance(spec, CommunitySpec)
    yield from check_prompts(document, spec.prompts.own, "prompts", "own")
    for index, prompt in enumerate(spec.prompts.off):
        if prompt not in prompts:
            yield _unknown(document, "prompt", prompt, prompts, "prompts", "off", index)
    for index, framework in enumerate(spec.frameworks):
        if framework not in frameworks:
            yield _unknown(document, "framework", framework, frameworks, "frameworks", index)
    for index, channel in enumerate(spec.channels):
        owner = channels.get((channel.platform, channel.channel))
        if owner:
            what = f"The channel {channel.channel} on {channel.platform} already belongs to {owner}."
            yield document.finding("channel-taken", what, "channels", index, "channel")
    if _PLACEHOLDER.match(spec.people.safeguarding_contact):
        what = "This is still the example. Name the people whom members can really turn to."
        yield document.finding("placeholder-contact", what, "people", "safeguarding_contact", is_warning=True)


def _unknown(document: Document, name: str, given: str, known: Collection[str], *way: object) -> Problem:
    near = get_close_matches(given, known, 1, 0.5)
    hint = f" Did you mean {near[0]}?" if near else ""
    return document.finding(f"unknown-{name}", f"There is no {name} `{given}`.{hint}", *way)


def check_identifiers(document: Document, identifiers: Identifiers) -> Iterator[Problem]:
    """Details that may point to a patient. Contacts and authors are meant to be named, and are left out."""
    for way, scalar in document.texts:
        if _CONTACTS.intersection(step for step in way if isinstance(step, str)):
            continue
        for kind in identifiers(scalar.value):
            what = f"This may identify a person ({kind.replace('_', ' ')}). Change what the example does not need."
            yield document.finding("identifier", what, *way, is_warning=kind not in _CERTAIN)
