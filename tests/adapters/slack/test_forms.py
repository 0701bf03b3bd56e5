"""Forms as modals, and what comes back from them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_loopback.filling import state_of, type_in
from slack_loopback.model import View
from slack_shapes import faults_of_view, words_of

from copbot.domain.message import Button, Field, FieldKind, Form, FormErrors, Message, Option
from copbot.domain.place import Person, Place
from copbot_slack.forms import Carried, carried_of, errors_of, fields_of, told_view, view_of
from copbot_slack.rich_text import Element

ADA, BEN = Person("slack", "U1"), Person("slack", "U2")
THREAD = Place("slack", "C1", "1517427000.000100")
SETS = (Option("together", "Thinking together"), Option("alone", "Thinking alone"))
SCHEDULE = Form(
    "schedule",
    "Schedule a chat",
    (
        Field("set", "Question set", FieldKind.CHOICE, "together", options=SETS),
        Field("date", "Date", FieldKind.DATE, "2018-01-31", "year-month-day"),
        Field("time", "Starts at", FieldKind.TIME, "19:30", "24-hour clock"),
        Field("zone", "Time zone", value="Europe/London", hint="for example Europe/London"),
        Field("with", "Hosted with", FieldKind.PEOPLE, "Ada", "names, with commas between them", required=False, people=(ADA,)),
    ),
    value="7",
    submit="Show the plan",
    spare=(Field("in", "Channel", FieldKind.CHANNEL, "C1"), Field("about", "About", FieldKind.PARAGRAPH, required=False)),
)


def opened(form: Form, carried: Carried | None = None) -> View:
    """The modal as it stands before somebody."""
    view = view_of(form, carried or Carried(form.value, THREAD))
    assert faults_of_view(view) == []
    return View("V1", "U1", view, at="", root="")


def submitted(view: View, **typed: str) -> dict[str, Any]:
    """The view as Slack sends it when it is submitted."""
    type_in(view, typed)
    return {**view.body, "state": {"values": state_of(view)}}


def element(view: View, name: str) -> Element:
    """The input of a field."""
    [found] = [block["element"] for block in view.body["blocks"] if block["block_id"] == name]
    return dict(found)


def test_every_kind_has_its_picker() -> None:
    view = opened(SCHEDULE)
    assert [element(view, name)["type"] for name in ("set", "date", "time", "zone", "with", "in", "about")] == [
        *("static_select", "datepicker", "timepicker", "plain_text_input", "multi_users_select", "conversations_select", "plain_text_input")
    ]
    assert (element(view, "zone")["multiline"], element(view, "about")["multiline"]) == (False, True)
    assert [block["block_id"] for block in view.body["blocks"] if block["optional"]] == ["with", "about"]


def test_what_was_filled_in_comes_back() -> None:
    assert fields_of(submitted(opened(SCHEDULE))) == {
        **{"set": "together", "date": "2018-01-31", "time": "19:30", "zone": "Europe/London"},
        **{"with": "person:slack:U1", "in": "C1", "about": ""},
    }


def test_what_is_chosen_comes_back() -> None:
    typed = {"set": "alone", "date": "2018-02-01", "time": "12:00", "with": "U2,U1", "in": "C2", "about": "two\nlines"}
    assert fields_of(submitted(opened(SCHEDULE), **typed)) == {
        **typed,
        "zone": "Europe/London",
        "with": "person:slack:U2, person:slack:U1",
    }


def test_people_are_those_known_and_those_picked_once_each() -> None:
    people = Field("with", "With", FieldKind.PEOPLE, "person:slack:U2, person:slack:U1", required=False, people=(ADA, Person("room", "x")))
    assert element(opened(Form("f", "F", (people,))), "with")["initial_users"] == ["U1", "U2"]


@pytest.mark.parametrize(
    ("kind", "value", "people", "hint"),
    [
        (FieldKind.DATE, "2018-01-31", (), None),
        (FieldKind.PEOPLE, "", (), None),
        (FieldKind.PEOPLE, "Ada", (ADA,), None),
        (FieldKind.PEOPLE, "Ada, Sally", (ADA,), "Named so far: Ada, Sally"),
        (FieldKind.TIME, "19:30", (), None),
        (FieldKind.LINE, "x", (), "how to write it"),
    ],
)
def test_hints_help_with_what_is_there(kind: FieldKind, value: str, people: tuple[Person, ...], hint: str | None) -> None:
    view = opened(Form("f", "F", (Field("x", "X", kind, value, "how to write it", people=people),)))
    assert view.body["blocks"][0].get("hint", {}).get("text") == hint


@pytest.mark.parametrize(("kind", "value"), [(FieldKind.DATE, "soon"), (FieldKind.TIME, "at noon"), (FieldKind.CHOICE, "neither")])
def test_what_no_picker_can_show_is_left_open(kind: FieldKind, value: str) -> None:
    view = opened(Form("f", "F", (Field("x", "X", kind, value, required=False, options=SETS),)))
    assert fields_of(submitted(view)) == {"x": ""}


def test_many_options_stand_in_groups() -> None:
    options = tuple(Option(f"set-{number}", f"Set {number}") for number in range(1, 251))
    view = opened(Form("f", "F", (Field("x", "X", FieldKind.CHOICE, "set-250", options=options),)))
    groups = element(view, "x")["option_groups"]
    assert [group["label"]["text"] for group in groups] == ["Set 1 – Set 100", "Set 101 – Set 200", "Set 201 – Set 250"]
    assert fields_of(submitted(view)) == {"x": "set-250"}


def test_the_next_form_shows_its_own_beginnings() -> None:
    """Slack keeps what was typed into an input that has the same block and action in the next view."""
    first, again, changed = (
        element(opened(Form("f", "F", (Field("x", "X", value=value),), "7")), "x")["action_id"] for value in ("one", "one", "two")
    )
    assert first == again != changed


@pytest.mark.parametrize("place", [None, Place("slack", "C1"), THREAD])
def test_what_is_carried_comes_back(place: Place | None) -> None:
    assert carried_of(opened(SCHEDULE, Carried("7:q2", place)).body) == Carried("7:q2", place)


def test_a_view_of_somebody_elses_carries_nothing() -> None:
    assert carried_of({"type": "home", "private_metadata": ""}) == Carried()


def test_errors_stand_at_their_fields() -> None:
    wrong = FormErrors({"date": "The 31st of **February** is none", "chat": "There is no such chat"})
    assert errors_of(wrong, opened(SCHEDULE).body) == {
        "response_action": "errors",
        "errors": {"date": "The 31st of February is none", "set": "There is no such chat"},
    }
    assert errors_of(FormErrors({"date": "no"}))["errors"] == {"date": "no"}


def test_what_is_told_in_a_modal_has_its_buttons_and_its_place() -> None:
    message = Message("**Draft**\n\nNothing is posted until you confirm.", (Button("Confirm", "draft-confirm", "7"),))
    view = told_view(message, "Schedule a chat", Carried("7", THREAD))
    assert faults_of_view(view) == []
    assert carried_of(view).place == THREAD
    assert list(words_of(view["blocks"])) == ["Draft", "\n\nNothing is posted until you confirm.", "Confirm"]
    assert "submit" not in view


FIELDS = st.builds(
    Field,
    st.text("abc-", min_size=1, max_size=20),
    st.text(min_size=1, max_size=2100),
    st.sampled_from(FieldKind),
    st.text(max_size=4000),
    st.text(max_size=2100),
    st.booleans(),
    st.lists(st.builds(Option, st.text("ab-1", min_size=1, max_size=60), st.text(min_size=1, max_size=90)), max_size=230).map(tuple),
    st.lists(st.sampled_from([ADA, BEN]), max_size=3).map(tuple),
)
FORMS = st.builds(
    Form,
    st.text("abc-", min_size=1, max_size=30),
    st.text(min_size=1, max_size=60),
    st.lists(FIELDS, min_size=1, max_size=5, unique_by=lambda field: field.name).map(tuple),
    st.text(max_size=200),
    st.text(min_size=1, max_size=60),
)


@settings(deadline=None)
@given(FORMS)
def test_any_form_fits(form: Form) -> None:
    view = view_of(form, Carried(form.value, THREAD))
    assert faults_of_view(view) == []
    assert carried_of(view) == Carried(form.value, THREAD)


@settings(deadline=None)
@given(st.text(min_size=1).filter(str.strip), st.text())
def test_any_message_fits_into_a_modal(text: str, title: str) -> None:
    assert faults_of_view(told_view(Message(text), title)) == []
