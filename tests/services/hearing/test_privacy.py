"""The switches, off the record, export, and being forgotten."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from copbot.domain.chat import Counters, State
from copbot.domain.community import KeepText, Privacy
from copbot.domain.follow_up import Commitment, FollowUp, Reflection, Stage
from copbot.domain.message import Private
from copbot.domain.place import Person
from copbot.errors import NotAllowed, WrongState

if TYPE_CHECKING:
    from .conftest import Play


def labels(reply: Private) -> list[str]:
    return [button.label for button in reply.message.buttons]


def test_five_switches_with_what_they_mean_and_a_button_each(play: "Play") -> None:
    play.privacy = Privacy(KeepText.WITH_CONSENT, research_use="ask")
    play.knows("ada")
    reply = play.commands("ada", "privacy")
    for word in (
        "*Activity*: **on** since [Tue 30 Jan 19:30]",
        "*Text*: **off**",
        "*Quote*: **never**",
        "*Follow-up*: **off**",
        "*Research*: **off**",
    ):
        assert word in reply.message.text
    assert labels(reply) == [
        "Stop noting when I post",
        "Keep what I write",
        "Quote me without my name",
        "Send me reflections",
        "Take part in research",
    ]


def test_what_the_community_decides_has_no_button(play: "Play") -> None:
    play.privacy = Privacy(KeepText.NEVER)
    play.knows("ada")
    reply = play.commands("ada", "privacy")
    assert "*Text*: **never** in this community" in reply.message.text
    assert len(labels(reply)) == 3


def test_a_press_changes_a_switch_and_shows_it(play: "Play") -> None:
    (ada,) = play.knows("ada")
    reply = play.presses("ada", play.button(play.commands("ada", "privacy").message, "privacy", "Quote"))
    assert "*Quote*: **no name** since" in reply.message.text
    made = play.look(lambda uow: uow.consents.current([ada.id]))[ada.id]["quote"]
    assert (made.state, made.via, made.notice) == ("no_name", "button", "1")
    assert "Quote me by name" in labels(reply)


def test_a_command_changes_several(play: "Play") -> None:
    (ada,) = play.knows("ada")
    reply = play.commands("ada", "privacy", **{"activity": "off", "follow-up": "on", "quote": "no-name"})
    assert reply.message.text.startswith("Done. From now on I keep nothing about what you do")
    made = play.look(lambda uow: uow.consents.current([ada.id]))[ada.id]
    assert {scope: consent.state for scope, consent in made.items()} == {"activity": "off", "follow_up": "on", "quote": "no_name"}


@pytest.mark.parametrize("options", [{"everything": "off"}, {"text": "maybe"}])
def test_what_is_no_switch_is_said(play: "Play", options: dict[str, str]) -> None:
    with pytest.raises(WrongState, match="For example: `/cop privacy"):
        play.commands("ada", "privacy", **options)


def test_the_same_choice_again_costs_nothing(play: "Play") -> None:
    (ada,) = play.knows("ada")
    play.commands("ada", "privacy", activity="on")
    assert play.look(lambda uow: uow.consents.current([ada.id]))[ada.id] == {}


def test_turning_text_off_erases_what_was_kept(on_disk: "Play", tmp_path: Path) -> None:
    on_disk.knows("ada", "ben")
    on_disk.hears(on_disk.says("ada", "zebrafish"), on_disk.says("ben", "elephant"))
    on_disk.commands("ada", "privacy", text="off")
    assert [row.text for row in on_disk.responses()] == [None, "elephant"]
    on_disk.hears(on_disk.says("ada", "zebrafish"), on_disk.says("ada", "later", minute=11))
    assert [row.text for row in on_disk.responses()] == [None, "elephant", None]
    on_disk.commands("ada", "privacy", text="on")
    on_disk.hears(on_disk.says("ada", "zebrafish"))
    assert [row.text for row in on_disk.responses()] == [None, "elephant", None]
    assert b"zebrafish" not in (tmp_path / "copbot.db").read_bytes()


def test_turning_activity_off_keeps_the_rows_there_are(play: "Play") -> None:
    play.knows("ada")
    play.hears(play.says("ada", "one"))
    play.commands("ada", "privacy", activity="off")
    play.hears(play.says("ada", "two", minute=8))
    assert [row.text for row in play.responses()] == ["one"]


def test_off_the_record_before_speaking(play: "Play") -> None:
    play.knows("ada")
    play.hears(play.says("ada", "said before"))
    reply = play.commands("ada", "off-record")
    assert "I keep nothing of what you say" in reply.message.text
    play.hears(play.says("ada", "never kept, 943 476 5919", minute=6))
    assert play.mail("ada") == []
    play.presses("ada", play.button(reply.message, "on-record"))
    play.hears(play.says("ada", "kept again", minute=7))
    play.hears(play.says("ada", "never kept, 943 476 5919", minute=6))
    assert [row.text for row in play.responses()] == ["said before", "kept again"]
    assert play.counters(1).last_human_at == play.at(7)


def test_an_edit_made_off_the_record_is_not_read(play: "Play") -> None:
    play.knows("ada")
    said = play.says("ada", "said before")
    play.hears(said)
    play.commands("ada", "off-record")
    play.hears(play.edits(said, "off the record"))
    assert [row.text for row in play.responses()] == [None]


def test_off_the_record_is_for_this_chat_and_its_people(play: "Play") -> None:
    play.knows("ada", "ben")
    play.commands("ada", "off-record")
    play.commands("ada", "off-record")
    play.hears(play.says("ben", "on it", minute=6))
    assert len(play.responses()) == 1
    assert len(play.look(lambda uow: uow.consents.off_the_record([play.chat.id]))) == 1


@pytest.mark.parametrize("state", [State.CLOSED, State.CANCELLED, State.DRAFT])
def test_off_the_record_needs_a_chat_ahead(play: "Play", state: State) -> None:
    play.look(lambda uow: uow.chats.save(replace(play.chat, state=state)))
    with pytest.raises(WrongState, match="no chat here"):
        play.commands("ada", "off-record")


def test_off_the_record_afterwards_erases_for_ever(play: "Play") -> None:
    play.knows("ada", "ben")
    said = play.says("ada", "A1 and A2", message="m")
    play.hears(said, play.says("ben", "me too", minute=6))
    reply = play.commands("ada", "off-record", message="m")
    assert "erased" in reply.message.text
    play.hears(said, play.edits(said, "again"))
    assert [row.text for row in play.responses()] == ["me too"]
    assert play.counters(1) == Counters(play.asked[1].id, play.at(6), messages=1, voices=1, first_at=play.at(6))


def test_off_the_record_works_on_a_message_not_yet_heard(play: "Play") -> None:
    play.knows("ada")
    play.commands("ada", "off-record", message="m", author="ada")
    play.hears(play.says("ada", "slow to arrive", message="m"))
    assert play.responses() == []


@pytest.mark.parametrize("author", ["ben", "copbot", None])
def test_a_message_not_yet_heard_is_only_its_authors_to_bury(play: "Play", author: str | None) -> None:
    play.knows("ada", "ben")
    with pytest.raises(NotAllowed, match="somebody else's"):
        play.commands("ada", "off-record", message="m", author=author)
    play.hears(play.says("ben", "slow to arrive", message="m"))
    assert [row.text for row in play.responses()] == ["slow to arrive"]


def test_only_ones_own_messages(play: "Play") -> None:
    play.knows("ada", "ben")
    play.hears(play.says("ada", "mine", message="m"))
    with pytest.raises(NotAllowed, match="somebody else's"):
        play.commands("ben", "off-record", message="m")
    assert len(play.responses()) == 1


def test_the_export_holds_everything_about_one_person_and_nobody_else(play: "Play") -> None:
    ada, ben = play.knows("ada", "ben")
    play.hears(play.says("ben", "bens words", message="b"), play.says("ada", "adas words", minute=6, replies_to="b"))
    _follow(play, ada.id)
    play.commands("ada", "privacy", quote="named")
    reply = play.commands("ada", "export-me")
    (file,) = reply.message.files
    kept = json.loads(file.content)
    assert file.media_type == "application/json"
    assert [(row["text"], row["asked"], row["kind"], row["replies_to"]) for row in kept["responses"]] == [
        ("adas words", "Q1", "peer", ben.pseudonym)
    ]
    assert kept["responses"][0]["at"] == "2018-01-31T19:36:00+00:00"
    assert [row["state"] for row in kept["switches"]] == ["named"]
    assert [row["text"] for row in kept["reflections"]] == ["what I thought"]
    assert [row["text"] for row in kept["commitments"]] == ["huddles"]
    assert len(kept["follow_ups"]) == 1
    assert kept["you"]["name"] == "Ada"
    assert b"bens words" not in file.content
    assert b"Ben" not in file.content


def test_being_forgotten_takes_two_confirmations_and_leaves_a_former_member(on_disk: "Play", tmp_path: Path) -> None:
    """T25, the service's part."""
    ada, _ = on_disk.knows("zebrafish", "ben")
    said = on_disk.says("zebrafish", "an okapi", message="m")
    on_disk.hears(said, on_disk.says("ben", "indeed", minute=6, replies_to="m"))
    _follow(on_disk, ada.id)
    first = on_disk.commands("zebrafish", "forget-me")
    assert "What will stay" in first.message.text
    assert labels(first) == ["Export first", "Forget me ..."]
    assert on_disk.member("zebrafish") is not None
    second = on_disk.presses("zebrafish", on_disk.button(first.message, "forget-me-1"))
    assert on_disk.member("zebrafish") is not None
    last = on_disk.presses("zebrafish", on_disk.button(second.message, "forget-me-2"))
    assert "1 kept text of yours is deleted" in last.message.text
    assert "What I couldn't do" in last.message.text
    assert on_disk.member("zebrafish") is None
    rows = on_disk.responses()
    former = on_disk.look(lambda uow: uow.members.many([rows[0].member]))[rows[0].member]
    assert (former.pseudonym, rows[0].text, rows[1].replies_to) == ("former member", None, None)
    assert on_disk.look(lambda uow: uow.follow_ups.reflections(ada.id)) == []
    on_disk.hears(said, on_disk.edits(said, "an okapi again"), on_disk.says("zebrafish", "unheard so far", minute=5.5))
    assert on_disk.member("zebrafish") is None
    assert [row.text for row in on_disk.responses()] == [None, "indeed"]
    content = (tmp_path / "copbot.db").read_bytes()
    assert b"zebrafish" not in content
    assert b"okapi" not in content


def test_who_comes_back_after_being_forgotten_starts_with_everything_off(play: "Play") -> None:
    play.knows("ada")
    _forget(play, "ada")
    reply = play.commands("ada", "privacy")
    assert "*Activity*: **off** since" in reply.message.text
    play.hears(play.says("ada", "still nothing", minute=20))
    assert play.responses() == []
    play.commands("ada", "privacy", activity="on")
    play.hears(play.says("ada", "from now on", minute=30))
    assert [row.member for row in play.responses()] == [play.known("ada").id]


def test_a_confirmation_does_not_keep(play: "Play") -> None:
    play.knows("ada")
    first = play.commands("ada", "forget-me")
    second = play.presses("ada", play.button(first.message, "forget-me-1"))
    play.now = play.at(90)
    with pytest.raises(WrongState, match="too old"):
        play.presses("ada", play.button(second.message, "forget-me-2"))
    assert play.member("ada") is not None


def test_nobody_can_be_forgotten_by_anothers_button(play: "Play") -> None:
    play.knows("ada", "ben")
    first = play.commands("ada", "forget-me")
    with pytest.raises(WrongState):
        play.presses("ben", play.button(first.message, "forget-me-1"))


def test_a_host_is_reminded_of_the_chats_ahead(play: "Play") -> None:
    play.hosts("lucy")
    assert "Thinking together" in play.commands("lucy", "forget-me").message.text


def test_forgetting_one_account_leaves_another(play: "Play") -> None:
    play.knows("ada", "ben")
    _forget(play, "ada")
    assert play.look(lambda uow: uow.members.by_person("slt", [Person("room", "ben")])) != {}


def _forget(play: "Play", name: str) -> None:
    first = play.commands(name, "forget-me")
    second = play.presses(name, play.button(first.message, "forget-me-1"))
    play.presses(name, play.button(second.message, "forget-me-2"))


def _follow(play: "Play", member: int) -> None:
    chat = play.chat.id

    play.look(lambda uow: uow.follow_ups.add([FollowUp(0, chat, member, Stage.DAY_1, ("what",), play.at(1500))]))
    (follow_up,) = play.look(lambda uow: uow.follow_ups.of_member(member))
    play.look(lambda uow: uow.follow_ups.reflect(Reflection(0, member, chat, follow_up.id, "what", "what I thought", play.at(1600))))
    play.look(lambda uow: uow.follow_ups.commit(Commitment(0, member, chat, "huddles", play.at(50))))
