"""What is heard, matched, kept and counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from copbot.domain.chat import AskedState, Counters, State
from copbot.domain.heard import HomeOpened, Joined, Left, Reacted
from copbot.domain.place import Person, Place
from copbot.domain.response import Kind, WordsBand

if TYPE_CHECKING:
    from .conftest import Play


def test_an_answer_in_a_thread_is_one_row_with_its_flags(play: "Play") -> None:
    (ada,) = play.knows("ada")
    play.hears(play.says("ada", "Last week we tried huddles. Do you?", in_thread=2))
    (row,) = play.responses()
    assert (row.member, row.asked, row.kind, row.part, row.role) == (ada.id, play.asked[2].id, Kind.ANSWER, "", "participant")
    assert (row.words_band, row.concrete_cue, row.question_cue) == (WordsBand.FEW, True, True)
    assert row.text == "Last week we tried huddles. Do you?"
    assert row.at == play.at(5)
    assert play.counters(2) == Counters(play.asked[2].id, play.at(5), messages=1, voices=1, first_at=play.at(5))


@pytest.mark.parametrize("thread", ["t3", "root3"])
def test_a_thread_is_known_by_its_own_id_or_its_root(play: "Play", thread: str) -> None:
    play.knows("ada")
    play.hears(play.says("ada", "A1 but in the third thread", place=Place("room", "slt", thread)))
    assert [row.asked for row in play.responses()] == [play.asked[3].id]


def test_without_threads_a_reply_to_the_question_answers_it(play: "Play") -> None:
    play.knows("ada")
    play.hears(play.says("ada", "yes", in_thread=None, replies_to="root2"))
    assert [(row.asked, row.kind) for row in play.responses()] == [(play.asked[2].id, Kind.ANSWER)]


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("A1 Yes", [(1, "")]),
        ("A4b protected time", [(4, "b")]),
        ("A1/2 both really", [(1, ""), (2, "")]),
        ("A1c is the test we use", []),
        ("A7 something", []),
        ("Good evening all", []),
    ],
)
def test_in_the_channel_labels_decide(play: "Play", text: str, answers: list[tuple[int, str]]) -> None:
    play.knows("ada")
    play.hears(play.says("ada", text, in_thread=None))
    assert [(row.asked, row.part) for row in play.responses()] == [(play.asked[number].id, part) for number, part in answers]


def test_talk_from_before_the_chat_or_elsewhere_is_none_of_it(play: "Play") -> None:
    play.knows("ada")
    play.hears(
        play.says("ada", "A1 last week's", in_thread=None, minute=-60),
        play.says("ada", "A1 elsewhere", place=Place("room", "tea")),
        play.says("ada", "A1 privately", place=Place("room", "@ada")),
        play.says("ada", "in a thread of our own", place=Place("room", "slt", "theirs")),
    )
    assert play.responses() == []


def test_what_comes_after_the_chat_is_closed_is_not_heard(play: "Play") -> None:
    play.knows("ada")
    play.look(lambda uow: uow.chats.save(replace(play.chat, state=State.CLOSED)))
    play.hears(play.says("ada", "too late"))
    assert play.responses() == []


def test_a_label_of_a_thread_started_by_a_member_is_inherited(play: "Play") -> None:
    """Slack: somebody labels a message in the channel, others reply in a thread under it."""
    ada, ben = play.knows("ada", "ben")
    play.hears(play.says("ada", "A2 our journal club", in_thread=None, message="m1"))
    play.hears(play.says("ben", "how often?", place=Place("room", "slt", "m1"), minute=6))
    first, second = play.responses()
    assert (second.asked, second.kind, second.replies_to) == (first.asked, Kind.PEER, ada.id)
    assert second.member == ben.id


def test_towards_whom_a_response_is(play: "Play") -> None:
    lucy = play.hosts("lucy")
    ada, ben = play.knows("ada", "ben")
    play.hears(
        play.says("ada", "mine", message="a"),
        play.says("ben", "as you say", minute=6, replies_to="a"),
        play.says("ben", "and @ada", minute=7, mentions=["ada"]),
        play.says("ada", "thanks", minute=8, mentions=["lucy"]),
        play.says("ada", "@lucy and @ben", minute=9, mentions=["lucy", "ben"]),
        play.says("ada", "note to myself", minute=10, mentions=["ada"]),
        play.says("lucy", "welcome", minute=11, replies_to="root1"),
        play.says("ben", "@nobody", minute=12, mentions=["nobody", "copbot"]),
    )
    assert [(row.kind, row.replies_to) for row in play.responses()] == [
        (Kind.ANSWER, None),
        (Kind.PEER, ada.id),
        (Kind.PEER, ada.id),
        (Kind.TO_HOST, lucy.id),
        (Kind.PEER, ben.id),
        (Kind.ANSWER, None),
        (Kind.ANSWER, None),
        (Kind.ANSWER, None),
    ]


def test_hosts_count_for_nothing_but_the_last_human_message(play: "Play") -> None:
    play.hosts("lucy")
    play.knows("ada", "ben")
    play.hears(play.says("lucy", "what do you think?", minute=4))
    assert play.counters(1) == Counters(play.asked[1].id, play.at(4))
    play.hears(play.says("ada", "one"), play.says("ben", "two", minute=6), play.says("ada", "three", minute=7, mentions=["ben"]))
    assert play.counters(1) == Counters(play.asked[1].id, play.at(7), messages=3, voices=2, peer=1, first_at=play.at(5))
    assert [row.role for row in play.responses()] == ["host", *["participant"] * 3]


def test_the_same_message_twice_is_one(play: "Play") -> None:
    play.knows("ada")
    said = play.says("ada", "once")
    play.hears(said, said)
    play.hears(said)
    assert len(play.responses()) == 1
    assert play.counters(1).messages == 1


def test_an_edit_replaces_and_an_older_one_does_not(play: "Play") -> None:
    play.knows("ada", "ben")
    said = play.says("ada", "frist")
    play.hears(said)
    play.hears(play.edits(said, "second, why?", version=2), play.says("ben", "me", minute=6))
    play.hears(play.edits(said, "first", version=1), said)
    row = play.responses()[0]
    assert (row.text, row.version, row.question_cue, row.at) == ("second, why?", 2, True, play.at(5))
    assert play.counters(1).messages == 2


def test_an_edit_of_a_message_never_seen_is_the_first_hearing_of_it(play: "Play") -> None:
    play.knows("ada")
    play.hears(play.edits(play.says("ada", "unheard"), "heard", version=3))
    (row,) = play.responses()
    assert (row.text, row.at, row.version) == ("heard", play.at(5), 3)


def test_an_edit_that_changes_the_label_moves_the_response(play: "Play") -> None:
    play.knows("ada")
    said = play.says("ada", "A1 oh", in_thread=None)
    play.hears(said)
    play.hears(play.edits(said, "A2 oh"))
    assert [row.asked for row in play.responses()] == [play.asked[2].id]
    assert (play.counters(1).messages, play.counters(2).messages) == (0, 1)
    play.hears(play.edits(said, "oh", version=2))
    assert play.responses() == []
    play.hears(said, play.edits(said, "A2 oh"))
    assert play.responses() == []
    play.hears(play.edits(said, "A3 oh", version=3))
    assert [row.asked for row in play.responses()] == [play.asked[3].id]


def test_removal_takes_the_row_away_and_it_never_comes_back(play: "Play") -> None:
    """T26."""
    play.knows("ada", "ben")
    first, second = play.says("ada", "one"), play.says("ben", "two", minute=6)
    play.hears(first, second)
    play.hears(play.removes(first))
    play.hears(first, play.edits(first, "one again", version=5))
    (row,) = play.responses()
    assert row.text == "two"
    assert play.counters(1) == Counters(play.asked[1].id, play.at(6), messages=1, voices=1, first_at=play.at(6))


def test_removal_is_obeyed_before_the_message_is_seen(play: "Play") -> None:
    play.knows("ada")
    said = play.says("ada", "never")
    play.hears(play.removes(said))
    play.hears(said)
    assert play.responses() == []


def test_removal_and_edits_reach_closed_chats(play: "Play") -> None:
    play.knows("ada", "ben")
    first, second = play.says("ada", "one"), play.says("ben", "two", minute=6)
    play.hears(first, second)
    play.look(lambda uow: uow.chats.save(replace(play.chat, state=State.CLOSED)))
    play.hears(play.removes(first), play.edits(second, "changed"))
    assert [row.text for row in play.responses()] == ["changed"]


def test_nothing_is_heard_of_a_community_that_is_gone_but_removals(play: "Play") -> None:
    play.knows("ada")
    said = play.says("ada", "one")
    play.hears(said)
    play.look(lambda uow: uow.chats.save(replace(play.chat, community="gone")))
    play.hears(play.says("ada", "two", minute=6), play.removes(said))
    assert play.responses() == []


def test_who_joins_and_leaves(play: "Play") -> None:
    at, ada = play.at(1), Person("room", "ada")
    play.hears(Joined(at, Place("room", "slt"), ada, "Ada"), HomeOpened(at, ada), Reacted(at, Place("room", "slt"), ada, "m", "+1", True))
    assert play.known("ada").left_at is None
    assert play.known("ada").noticed_at is None
    play.hears(Left(play.at(2), Place("room", "slt"), ada), Left(play.at(2), Place("room", "slt"), Person("room", "unknown")))
    assert play.known("ada").left_at == play.at(2)
    assert play.member("unknown") is None
    play.hears(
        Joined(play.at(3), Place("room", "slt"), ada, "Ada L."), Joined(play.at(3), Place("room", "elsewhere"), Person("room", "eve"))
    )
    assert (play.known("ada").left_at, play.known("ada").name) == (None, "Ada L.")
    assert play.member("eve") is None


def test_pseudonyms_are_random_and_show_nothing(play: "Play") -> None:
    play.hears(play.says("ada", "one"), play.says("ben", "two"))
    aliases = {play.known("ada").pseudonym, play.known("ben").pseudonym}
    assert len(aliases) == 2
    assert all(alias.startswith("member-") and len(alias) == 15 and "ada" not in alias for alias in aliases)


def test_a_late_answer_to_a_closed_question_counts_for_it(play: "Play") -> None:
    play.knows("ada")
    play.look(lambda uow: uow.questions.save(replace(play.asked[1], state=AskedState.CLOSED)))
    play.hears(play.says("ada", "late is fine", minute=40))
    assert play.counters(1).messages == 1


def test_statements_do_not_grow_with_the_batch(play: "Play") -> None:
    names = [f"member{number}" for number in range(60)]
    play.knows(*names)
    counts = []
    for size in (3, 60):
        batch = [play.says(name, f"words of {name}", minute=5 + size) for name in names[:size]]
        with _counting() as statements:
            play.hears(*batch)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert len(play.responses()) == 63


@contextmanager
def _counting() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
