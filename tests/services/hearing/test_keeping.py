"""First contact, and what is kept of what is said: by the community, the format and the member."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from copbot.domain.chat import Counters
from copbot.domain.community import KeepText, Privacy
from copbot.domain.consent import Scope
from copbot.domain.format import Log
from copbot.domain.response import Kind, WordsBand

if TYPE_CHECKING:
    from .conftest import Play


def test_a_stranger_is_told_first_and_kept_from_then_on(play: "Play") -> None:
    play.hears(play.says("ada", "hello, I am new"))
    assert play.responses() == []
    assert play.counters(1) == Counters(play.asked[1].id, play.at(5))
    ada = play.known("ada")
    assert (ada.name, ada.first_spoke_at, ada.noticed_at) == ("Ada", None, None)
    (notice,) = play.sends()
    assert play.known("ada").noticed_at == play.now
    play.hears(play.says("ada", "hello again", minute=6), play.says("ada", "and again", minute=7))
    assert [row.text for row in play.responses()] == ["hello again", "and again"]
    play.hears(play.says("ada", "hello, I am new"))
    assert len(play.responses()) == 2
    assert play.mail("ada") == []
    assert notice.key == f"notice:{ada.id}"
    assert "I keep a note of who posts when" in notice.message.text
    assert "/cop privacy" in notice.message.text
    assert play.known("ada").first_spoke_at == play.at(6)


def test_a_notice_counts_only_once_it_was_sent(play: "Play") -> None:
    play.hears(play.says("ada", "hello, I am new"))
    play.hears(play.says("ada", "anybody there?", minute=6))
    assert play.responses() == []
    assert len(play.sends()) == 1
    play.hears(play.says("ada", "anybody there?", minute=6))
    assert play.responses() == []
    play.hears(play.says("ada", "ah, you are", minute=7))
    assert [row.text for row in play.responses()] == ["ah, you are"]
    assert play.sends() == []


def test_a_notice_that_was_refused_counts_for_nothing(play: "Play") -> None:
    play.hears(play.says("ada", "hello, I am new"))
    assert len(play.mail("ada")) == 1
    play.hears(play.says("ada", "hello again", minute=6))
    assert play.responses() == []
    assert play.known("ada").noticed_at is None


def test_the_channels_welcome_is_a_notice_for_all(play: "Play") -> None:
    play.look(lambda uow: uow.chats.save(replace(play.chat, noticed_at=play.at(0))))
    play.hears(play.says("ada", "hello, I am new"))
    assert [row.text for row in play.responses()] == ["hello, I am new"]
    assert [row.purpose for row in play.mail("ada")] == ["notice"]
    assert play.known("ada").first_spoke_at == play.at(5)


def test_small_talk_in_the_channel_makes_nobody_a_member(play: "Play") -> None:
    play.hears(play.says("ada", "Good evening all", in_thread=None))
    assert play.member("ada") is None
    assert play.mail("ada") == []


def test_who_opted_out_leaves_no_trace_but_that_somebody_spoke(play: "Play") -> None:
    """T18."""
    ada, ben = play.knows("ada", "ben")
    play.chooses(ada, Scope.ACTIVITY, "off")
    said = play.says("ada", "nobody hears me, 943 476 5919", minute=5)
    play.hears(said)
    play.hears(play.says("ben", "I do", minute=6, replies_to=said.message), play.says("ben", "@ada I do", minute=7, mentions=["ada"]))
    assert [(row.member, row.kind, row.replies_to) for row in play.responses()] == [(ben.id, Kind.ANSWER, None), (ben.id, Kind.PEER, None)]
    assert play.look(lambda uow: uow.identifiers.of_member_in_chat(ada.id, play.chat.id)) == []
    assert play.mail("ada") == []
    play.hears(play.says("ada", "still here", minute=9))
    assert play.counters(1) == Counters(play.asked[1].id, play.at(9), messages=2, voices=1, peer=1, first_at=play.at(6))
    assert play.look(lambda uow: uow.responses.of_member(ada.id)) == []


def test_who_opts_out_later_keeps_the_rows_and_loses_the_text_of_edits(play: "Play") -> None:
    (ada,) = play.knows("ada")
    said = play.says("ada", "before")
    play.hears(said)
    play.chooses(ada, Scope.ACTIVITY, "off", play.at(6))
    play.hears(play.edits(said, "changed"), play.says("ada", "after", minute=11))
    (row,) = play.responses()
    assert (row.text, row.version, row.words_band) == (None, 1, WordsBand.FEW)


@pytest.mark.parametrize(
    ("policy", "choice", "text"),
    [
        (KeepText.WITH_NOTICE, None, "words"),
        (KeepText.WITH_NOTICE, "off", None),
        (KeepText.WITH_CONSENT, None, None),
        (KeepText.WITH_CONSENT, "on", "words"),
        (KeepText.NEVER, "on", None),
    ],
)
def test_text_is_kept_as_the_community_and_the_member_say(play: "Play", policy: KeepText, choice: str | None, text: str | None) -> None:
    play.privacy = Privacy(policy)
    (ada,) = play.knows("ada")
    if choice:
        play.chooses(ada, Scope.TEXT, choice)
    play.hears(play.says("ada", "words"))
    assert [row.text for row in play.responses()] == [text]


def test_turning_text_on_is_not_retroactive_through_history_either(play: "Play") -> None:
    play.privacy = Privacy(KeepText.WITH_CONSENT)
    (ada,) = play.knows("ada")
    said = play.says("ada", "before")
    play.hears(said)
    play.chooses(ada, Scope.TEXT, "on", play.at(6))
    play.hears(said, play.says("ada", "missed before", minute=5.5), play.says("ada", "after", minute=7))
    play.hears(play.edits(said, "before, edited"))
    assert [row.text for row in play.responses()] == [None, None, "after"]


def test_presence_only_notes_who_is_there_once(play: "Play") -> None:
    play.log(Log.PRESENCE_ONLY, room="private_thread")
    ada, ben = play.knows("ada", "ben")
    play.hears(play.says("ada", "a case"), play.says("ada", "more", minute=6), play.says("ben", "I am here", in_thread=None, minute=7))
    play.hears(play.says("ada", "even more", minute=8))
    rows = play.responses()
    assert [(row.member, row.kind, row.at) for row in rows] == [(ada.id, Kind.PRESENT, play.at(5)), (ben.id, Kind.PRESENT, play.at(7))]
    assert {(row.asked, row.message, row.text, row.place, row.words_band, row.replies_to) for row in rows} == {(None,) * 6}
    assert play.counters(1) == Counters(play.asked[1].id, play.at(8))


def test_a_format_that_keeps_nothing_keeps_nothing(play: "Play") -> None:
    play.log(Log.NOTHING, room="private_pair")
    play.hears(play.says("ada", "Mrs Jones, 943 476 5919"), play.says("ben", "A1 and so on", in_thread=None))
    assert play.responses() == []
    assert play.counters(1) == Counters(play.asked[1].id)
    assert play.member("ada") is None
    assert play.mail("ada") == []


def test_the_seconds_of_the_clock_do_not_matter(play: "Play") -> None:
    """A platform's clock a little ahead of ours must not make the first message count as said after its own notice."""
    said = play.says("ada", "from the future", minute=5)
    play.hears_at(4, said)
    play.hears(said)
    assert play.sends(4.9) == []
    assert len(play.sends(5)) == 1
    play.hears(said)
    assert play.responses() == []
    assert play.known("ada").noticed_at == said.at
    play.hears(play.says("ada", "later", minute=5.1))
    assert len(play.responses()) == 1
