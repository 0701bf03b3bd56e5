"""Ids among many workspaces: full on the way to the core, bare on the way to Slack."""

from datetime import UTC, datetime

import pytest

from copbot.domain.heard import Commanded, Edited, Heard, HomeOpened, Joined, Pressed, Removed, Said, Submitted
from copbot.domain.message import Button, Field, FieldKind, Form, FormErrors, Message, Nothing, Option, Private
from copbot.domain.place import Person, Place, Posted, Profile
from copbot.errors import Gone, NotPermitted
from copbot_slack.teams import Bare, Full, team_of

NOW = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)
ADA, BEN = Person("slack", "U0ADA"), Person("slack", "U0BEN")
FULL_ADA, FULL_BEN = Person("slack", "T1.U0ADA"), Person("slack", "T1.U0BEN")
SLT, FULL_SLT = Place("slack", "C0SLT", "1.000001"), Place("slack", "T1.C0SLT", "1.000001")
CHANNEL = Field("in", "Channel", FieldKind.CHANNEL, "T1.C0SLT", options=(Option("T1.C0SLT", "#slt"), Option("T1.C0ALL", "T1.C0ALL")))
COHOSTS = Field("with", "Co-hosts", FieldKind.PEOPLE, "person:slack:T1.U0ADA, Cy", people=(FULL_ADA,))


def test_a_full_id_says_its_workspace() -> None:
    assert (team_of(FULL_ADA), team_of(FULL_SLT), team_of(ADA), team_of(SLT)) == ("T1", "T1", "", "")


def test_places_people_and_messages_come_back_as_they_were() -> None:
    full, bare = Full("T1"), Bare("T1")
    assert (full.person(ADA), full.place(SLT)) == (FULL_ADA, FULL_SLT)
    assert bare.person(full.person(ADA)) == ADA
    assert bare.posted(full.posted(Posted(SLT, "2.000001"))) == Posted(SLT, "2.000001")
    assert full.profile(Profile(ADA, "Ada")) == Profile(FULL_ADA, "Ada")


def test_what_belongs_to_another_workspace_is_not_taken_for_ones_own() -> None:
    assert Bare("T2").place(FULL_SLT) == FULL_SLT
    assert Bare("T2").message(Message("[x](place:slack:T1.C0SLT)")).text == "[x](place:slack:T1.C0SLT)"
    assert Bare("T1").person(Person("slack", "T11.U0ADA")).id == "T11.U0ADA"


@pytest.mark.parametrize(
    ("heard", "full"),
    [
        (Removed(NOW, SLT, "2.1"), Removed(NOW, FULL_SLT, "2.1")),
        (HomeOpened(NOW, ADA), HomeOpened(NOW, FULL_ADA)),
        (Joined(NOW, SLT, ADA, "Ada"), Joined(NOW, FULL_SLT, FULL_ADA, "Ada")),
        (
            Said(NOW, SLT, ADA, "2.1", "@U0BEN and @U0CY", (BEN,), name="Ada"),
            Said(NOW, FULL_SLT, FULL_ADA, "2.1", "@T1.U0BEN and @U0CY", (FULL_BEN,), name="Ada"),
        ),
        (
            Edited(NOW, SLT, ADA, "2.1", "@U0BEN!", 7, NOW, (BEN,)),
            Edited(NOW, FULL_SLT, FULL_ADA, "2.1", "@T1.U0BEN!", 7, NOW, (FULL_BEN,)),
        ),
        (
            Commanded("1", NOW, SLT, ADA, "cohost @U0BEN", "2.1", author=BEN),
            Commanded("1", NOW, FULL_SLT, FULL_ADA, "cohost @T1.U0BEN", "2.1", author=FULL_BEN),
        ),
        (
            Commanded("1", NOW, SLT, ADA, "ask @UPPER mail me@U0BEN"),
            Commanded("1", NOW, FULL_SLT, FULL_ADA, "ask @UPPER mail me@U0BEN"),
        ),
        (Pressed("1", NOW, SLT, ADA, "next", "C0SLT"), Pressed("1", NOW, FULL_SLT, FULL_ADA, "next", "C0SLT")),
        (
            Submitted(
                "1", NOW, SLT, ADA, "f", "v", {"channel:in": "C0ALL", "with": "person:slack:U0ADA, person:slack:U0BEN", "w": "C0ALL"}
            ),
            Submitted(
                "1",
                NOW,
                FULL_SLT,
                FULL_ADA,
                "f",
                "v",
                {"in": "T1.C0ALL", "with": "person:slack:T1.U0ADA, person:slack:T1.U0BEN", "w": "C0ALL"},
            ),
        ),
        (
            Submitted("1", NOW, SLT, ADA, "f", "v", {"channel:in": "", "about": "see person:slack:U0ADA"}),
            Submitted("1", NOW, FULL_SLT, FULL_ADA, "f", "v", {"in": "", "about": "see person:slack:U0ADA"}),
        ),
    ],
)
def test_what_happens_is_told_with_full_ids(heard: Heard, full: Heard) -> None:
    assert Full("T1").heard(heard) == full


def test_what_the_bot_says_has_bare_ids_and_what_buttons_carry_stays() -> None:
    said = Message("[Ada](person:slack:T1.U0ADA) in [#slt](place:slack:T1.C0SLT/1.1), @T1.U0BEN", (Button("T1.U0BEN", "pick", "T1.U0BEN"),))
    assert Bare("T1").message(said) == Message(
        "[Ada](person:slack:U0ADA) in [#slt](place:slack:C0SLT/1.1), @U0BEN", (Button("U0BEN", "pick", "T1.U0BEN"),)
    )


def test_fields_are_filled_with_what_slack_knows() -> None:
    channel, cohosts = Bare("T1").form(Form("f", "Plan", (CHANNEL, COHOSTS))).fields
    assert (channel.name, channel.value) == ("channel:in", "C0SLT")
    assert channel.options == (Option("C0SLT", "#slt"), Option("C0ALL", "C0ALL"))
    assert (cohosts.value, cohosts.people) == ("person:slack:U0ADA, Cy", (ADA,))


def test_a_choice_comes_back_as_it_was_offered() -> None:
    chosen = Field("who", "Who", FieldKind.CHOICE, "T1.U0ADA", options=(Option("T1.U0ADA", "Ada"),))
    assert Bare("T1").form(Form("f", "Choose", (chosen,))).fields == (chosen,)


def test_an_error_finds_the_field_of_a_channel() -> None:
    submitted = Submitted("1", NOW, FULL_SLT, FULL_ADA, "f", "", {"in": "T1.C0SLT", "date": "2018-01-31"})
    told = Bare("T1").reply(submitted, FormErrors({"in": "not @T1.U0BEN's", "date": "past"}))
    assert told == FormErrors({"channel:in": "not @U0BEN's", "date": "past"})


def test_every_kind_of_reply_goes_back() -> None:
    pressed = Pressed("1", NOW, FULL_SLT, FULL_ADA, "next", "")
    assert Bare("T1").interaction(pressed) == Pressed("1", NOW, SLT, ADA, "next", "")
    assert Bare("T1").reply(pressed, Private(Message("@T1.U0BEN"))) == Private(Message("@U0BEN"))
    assert Bare("T1").reply(pressed, Form("f", "Plan", (CHANNEL,))) == Bare("T1").form(Form("f", "Plan", (CHANNEL,)))
    assert Bare("T1").reply(pressed, Nothing()) == Nothing()


def test_a_refusal_leads_to_the_channel_from_anywhere() -> None:
    refused = Full("T1").refused(Gone("slack", "[that channel](place:slack:C0SLT) is archived", "Unarchive it."))
    assert isinstance(refused, Gone)
    assert not isinstance(refused, NotPermitted)
    assert (refused.reason, refused.remedy) == ("[that channel](place:slack:T1.C0SLT) is archived", "Unarchive it.")
