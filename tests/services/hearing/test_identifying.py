"""What may identify somebody: a private note to its author, and no copy anywhere (2-domain 6.4, T19, T20)."""

import logging
import sqlite3
import traceback
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from copbot.domain.community import KeepText, Privacy
from copbot.domain.consent import Scope
from copbot.domain.format import Log
from copbot.domain.response import WordsBand
from copbot.errors import WrongState

if TYPE_CHECKING:
    from .conftest import Play

NUMBER = "943 476 5919"
FINE, EDITED, REWORD = "identifier-fine", "identifier-edited", "identifier-reword"


def test_the_author_is_told_and_nothing_is_kept(on_disk: "Play", tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """T19: neither the files of the database nor any log hold the text."""
    caplog.set_level(logging.DEBUG)
    (ada,) = on_disk.knows("ada")
    said = on_disk.says("ada", f"A1 I saw {NUMBER} zebrafish", message="m:1")
    on_disk.hears(said, on_disk.says("ada", "an elephant", minute=6))
    assert [(row.text, row.words_band) for row in on_disk.responses()] == [(None, WordsBand.FEW), ("an elephant", WordsBand.FEW)]
    files = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"elephant" in files
    assert b"zebrafish" not in files
    assert b"476 5919" not in files
    assert "zebrafish" not in caplog.text
    assert "5919" not in caplog.text
    (event,) = on_disk.look(lambda uow: uow.identifiers.of_member_in_chat(ada.id, on_disk.chat.id))
    assert (event.kind, event.outcome, event.message) == ("nhs_number", "noted", "m:1")
    (note,) = on_disk.mail("ada")
    assert note.message.text == "Just between us (an NHS number): could you take a look?"
    assert note.due_at == on_disk.at(6 + 1 / 60)
    assert [button.action for button in note.message.buttons] == [REWORD, FINE, EDITED]
    assert all(len(button.value) <= 100 and "5919" not in button.value for button in note.message.buttons)


def test_an_error_of_the_database_does_not_show_what_was_said(on_disk: "Play", tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    on_disk.knows("ada")
    with closing(sqlite3.connect(tmp_path / "copbot.db")) as connection:
        connection.execute("DROP TABLE identifier_event")
    said = on_disk.says("ada", f"I saw {NUMBER} zebrafish"), on_disk.says("ada", "an elephant", minute=6)
    with pytest.raises(sa.exc.OperationalError) as raised:
        on_disk.hears(*said)
    shown = "".join(traceback.format_exception(raised.value)) + caplog.text
    assert "no such table" in shown
    assert not any(word in shown for word in ("elephant", "zebrafish", "5919"))


@pytest.mark.parametrize(
    "text", ["999 123 4560", "111 111 1111", "at 1700000000.123456", "<@U0123456789> knows", "Mrs Lucy Host is right", "Dr Pyrko, Mr Pyrko"]
)
def test_what_is_no_identifier_brings_no_note(play: "Play", text: str) -> None:
    """T20; names of hosts and authors of papers are known names."""
    play.hosts("lucy")
    play.knows("ada")
    play.hears(play.says("ada", text))
    assert play.mail("ada") == []
    assert [row.text for row in play.responses()] == [text]


def test_a_published_contact_may_be_named(play: "Play") -> None:
    play.knows("ada")
    play.hears(play.says("ada", "ring 01234 567890"))
    assert play.mail("ada") == []


def test_small_talk_in_the_channel_is_checked_too(play: "Play") -> None:
    play.hears(play.says("ada", f"good evening, {NUMBER}", in_thread=None))
    assert [row.purpose for row in play.mail("ada")] == ["notice", "identifier"]
    assert play.responses() == []


def test_a_community_may_switch_the_check_off(play: "Play") -> None:
    play.privacy = Privacy(KeepText.WITH_NOTICE, identifier_check=False)
    play.knows("ada")
    play.hears(play.says("ada", NUMBER))
    assert [row.text for row in play.responses()] == [NUMBER]


def test_one_note_a_version_and_three_a_person(play: "Play") -> None:
    (ada,) = play.knows("ada")
    play.knows("ben")
    first = play.says("ada", NUMBER)
    play.hears(first, play.says("ben", NUMBER))
    play.hears(first, play.edits(first, f"{NUMBER} again"))
    play.hears(first, play.edits(first, f"{NUMBER} again"))
    play.hears(*[play.says("ada", NUMBER, minute=minute) for minute in (11, 12)])
    assert len(play.mail("ada")) == 3
    assert len(play.mail("ben")) == 0
    events = play.look(lambda uow: uow.identifiers.of_member_in_chat(ada.id, play.chat.id))
    assert [event.outcome for event in events] == ["noted", "noted", "noted", "unsaid"]
    assert all(row.text is None for row in play.responses())


def test_the_edited_version_is_kept(play: "Play") -> None:
    (ada,) = play.knows("ada")
    said = play.says("ada", NUMBER)
    play.hears(said)
    (note,) = play.mail("ada")
    assert "Only the edited version counts" in play.presses("ada", play.button(note.message, EDITED)).message.text
    play.hears(play.edits(said, "a child I saw"))
    assert [row.text for row in play.responses()] == ["a child I saw"]
    assert [event.outcome for event in play.look(lambda uow: uow.identifiers.of_member_in_chat(ada.id, play.chat.id))] == ["edited"]


def test_an_edit_that_brings_an_identifier_erases_what_was_kept(play: "Play") -> None:
    play.knows("ada")
    said = play.says("ada", "a child I saw")
    play.hears(said)
    play.hears(play.edits(said, NUMBER))
    assert [row.text for row in play.responses()] == [None]


def test_not_identifiable_ends_it_and_history_may_bring_the_words(play: "Play") -> None:
    play.knows("ada")
    said = play.says("ada", "the ward's phone, 07700 900123")
    play.hears(said)
    (note,) = play.mail("ada")
    play.presses("ada", play.button(note.message, FINE))
    assert [row.text for row in play.responses()] == [None]
    play.hears(said)
    assert [row.text for row in play.responses()] == [said.text]
    assert play.mail("ada") == []


def test_not_identifiable_is_said_of_one_version_only(play: "Play") -> None:
    (ada,) = play.knows("ada")
    said = play.says("ada", "the ward's phone, 07700 900123")
    changed = play.edits(said, f"and she is {NUMBER}")
    play.hears(said)
    (note,) = play.mail("ada")
    play.presses("ada", play.button(note.message, FINE))
    play.hears(said)
    play.hears(changed)
    assert [row.text for row in play.responses()] == [None]
    (second,) = play.mail("ada")
    play.presses("ada", play.button(note.message, FINE))
    play.hears(changed)
    assert [row.text for row in play.responses()] == [None]
    play.presses("ada", play.button(second.message, FINE))
    play.hears(changed)
    assert [row.text for row in play.responses()] == [changed.text]
    events = play.look(lambda uow: uow.identifiers.of_member_in_chat(ada.id, play.chat.id))
    assert [(event.version, event.outcome) for event in events] == [(0, "fine"), (1, "fine")]


def test_help_to_reword_quotes_nothing(play: "Play") -> None:
    play.knows("ada")
    play.hears(play.says("ada", NUMBER))
    (note,) = play.mail("ada")
    told = play.presses("ada", play.button(note.message, REWORD)).message.text
    assert "Change what isn't needed for the point" in told
    assert "5919" not in told


def test_nobody_else_can_press(play: "Play") -> None:
    play.knows("ada", "ben")
    play.hears(play.says("ada", NUMBER))
    (note,) = play.mail("ada")
    with pytest.raises(WrongState):
        play.presses("ben", play.button(note.message, FINE))


def test_a_picture_in_a_private_format_brings_a_note(play: "Play") -> None:
    play.log(Log.PRESENCE_ONLY, room="private_thread")
    play.knows("ada")
    play.hears(play.says("ada", "look", has_files=True), play.says("ada", "words only", minute=6))
    assert ["a picture or file" in row.message.text for row in play.mail("ada")] == [True]


def test_pictures_elsewhere_bring_none(play: "Play") -> None:
    play.knows("ada")
    play.hears(play.says("ada", "look", has_files=True))
    assert play.mail("ada") == []


def test_flagged_text_is_not_kept_with_consent_either(play: "Play") -> None:
    play.privacy = Privacy(KeepText.WITH_CONSENT)
    (ada,) = play.knows("ada")
    play.chooses(ada, Scope.TEXT, "on")
    play.hears(play.says("ada", NUMBER))
    assert [row.text for row in play.responses()] == [None]
