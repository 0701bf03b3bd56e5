"""Deliveries come twice, late and in any order; what is stored in the end is the same."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copbot.domain.consent import Scope
from copbot.domain.heard import Edited, Happening, Removed, Said
from copbot.domain.place import Person, Place
from copbot.store.store import SqlStore

if TYPE_CHECKING:
    from .conftest import Play

START = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)
CHANNEL = Place("room", "slt")

LABELS = ("", "A1 ", "A4b ", "A1/2 ")
WORDS = ("yes", "last week we tried it, did you?", "943 476 5919", "B15 2TT", "@ben what do you think")


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


@st.composite
def messages(draw: st.DrawFn) -> list[Happening]:
    """One message's life: said, edited a few times, perhaps removed."""
    number = draw(st.integers(0, 10**6))
    place = draw(st.sampled_from([CHANNEL, CHANNEL, CHANNEL, Place("room", "slt", "t1"), Place("room", "slt", "root4")]))
    name = draw(st.sampled_from(["ada", "ben", "lucy", "oliver"]))
    person, at = Person("room", name), minute(1 + number % 50)
    texts = draw(st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(WORDS)), min_size=1, max_size=4))
    said, *edits = [label + words for label, words in texts]
    mentions = tuple(Person("room", each) for each in draw(st.sets(st.sampled_from(["ada", "ben", "lucy", "oliver"]), max_size=2)))
    life: list[Happening] = [Said(at, place, person, f"m{number}", said, mentions)]
    life += [
        Edited(minute(55 + version), place, person, f"m{number}", text, version, at, mentions)
        for version, text in enumerate(edits, start=1)
    ]
    return life + ([Removed(minute(70), place, f"m{number}")] if draw(st.integers(0, 3)) == 3 else [])


def message_of(life: list[Happening]) -> str:
    first = life[0]
    assert isinstance(first, Said)
    return first.message


def fresh(make: Callable[[SqlStore], "Play"], batches: Sequence[Sequence[Happening]]) -> object:
    """What is stored in the end, by a chat of its own."""
    store = SqlStore.in_memory()
    play = make(store)
    play.hosts("lucy")
    *_, oliver = play.knows("ada", "ben", "oliver")
    play.chooses(oliver, Scope.ACTIVITY, "off")
    for batch in batches:
        play.hears_at(80, *batch)
    found = play.end_state()
    store.close()
    return found


@settings(max_examples=30, deadline=None)
@given(lives=st.lists(messages(), min_size=1, max_size=3, unique_by=message_of), seed=st.integers(0, 2**32), data=st.data())
def test_any_interleaving_ends_in_the_same_state(
    make: Callable[[SqlStore], "Play"], lives: list[list[Happening]], seed: int, data: st.DataObject
) -> None:
    in_order = [event for life in lives for event in life]
    again = data.draw(st.lists(st.sampled_from(in_order), max_size=6))
    shuffled = [*in_order, *again]
    Random(seed).shuffle(shuffled)
    together = data.draw(st.sets(st.integers(1, len(shuffled))))
    cuts = sorted(set(range(len(shuffled) + 1)) - together | {0, len(shuffled)})
    batches = [shuffled[start:end] for start, end in pairwise(cuts)]
    assert fresh(make, batches) == fresh(make, [[event] for event in in_order])


@pytest.mark.parametrize(
    ("texts", "answers"),
    [
        (("A1 yes", "yes"), []),
        (("yes", "A1 yes"), [1]),
        (("A1 yes", "yes", "A2 yes"), [2]),
        (("A1 yes", "A2 yes", "yes"), []),
        (("A1/2 yes", "A2/3 yes"), [2, 3]),
    ],
)
def test_every_order_of_labelled_edits_ends_with_the_last(play: "Play", texts: tuple[str, ...], answers: list[int]) -> None:
    play.knows("ada")
    orders = list(permutations([*range(len(texts)), 0]))
    for number, order in enumerate(orders):
        said = play.says("ada", texts[0], in_thread=None, message=f"m{number}")
        for version in order:
            play.hears_at(30, play.edits(said, texts[version], version=version) if version else said)
    rows = [(row.message.message, row.asked, row.text) for row in play.responses() if row.message]
    assert sorted(rows, key=repr) == sorted(
        ((f"m{number}", play.asked[answer].id, texts[-1]) for number in range(len(orders)) for answer in answers), key=repr
    )
    assert [play.counters(number).messages for number in play.asked] == [len(orders) if number in answers else 0 for number in play.asked]
