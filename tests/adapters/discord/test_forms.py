"""Forms as modals, and what comes back from them."""

from typing import Any

import pytest
from discord_shapes import absent, faults_of, faults_of_modal
from hypothesis import given, settings
from hypothesis import strategies as st

from copbot.domain.message import Field, FieldKind, Form, Option
from copbot.domain.place import Person
from copbot_discord.components import Element, action_of, kept_under, value_of
from copbot_discord.forms import fields_of, modal_of, refilled

ADA, BEN = Person("discord", "1"), Person("discord", "2")
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
    spare=(Field("in", "Channel", FieldKind.CHANNEL, "C1"),),
)


def opened(form: Form) -> Element:
    """The modal as it stands before somebody."""
    data = modal_of(form).data
    assert faults_of_modal(data) == []
    return data


def component(data: Element, name: str) -> Element:
    """The input of a field."""
    [found] = [one["component"] for one in data["components"] if one.get("component", {}).get("custom_id") == name]
    return dict(found)


def submitted(data: Element, **typed: Any) -> dict[str, Any]:
    """The data of the submission as Discord sends it: what was chosen as lists, whatever is shown only without anything."""
    return {"custom_id": data["custom_id"], "components": [_submitted(one, typed) for one in data["components"]]}


def _submitted(one: Element, typed: dict[str, Any]) -> Element:
    if "component" not in one:
        return {"type": one["type"], "id": 1}
    inner, name = one["component"], one["component"]["custom_id"]
    begun = {
        3: [option["value"] for option in inner.get("options", ()) if option.get("default")],
        4: inner.get("value", ""),
        5: [user["id"] for user in inner.get("default_values", ())],
    }[inner["type"]]
    key = "value" if inner["type"] == 4 else "values"
    return {"type": 18, "id": 1, "component": {"type": inner["type"], "id": 2, "custom_id": name, key: typed.get(name, begun)}}


def test_every_kind_has_its_input() -> None:
    data = opened(SCHEDULE)
    assert [component(data, name)["type"] for name in ("set", "date", "time", "zone", "with")] == [3, 4, 4, 4, 5]
    assert [one["component"]["required"] for one in data["components"]] == [True, True, True, True, False]
    assert [one.get("description") for one in data["components"]] == [
        *(None, "year-month-day", "24-hour clock", "for example Europe/London", None)
    ]
    assert (data["title"], action_of(data["custom_id"]), value_of(data["custom_id"])) == ("Schedule a chat", "schedule", "7")


def test_spare_fields_are_left_out() -> None:
    assert len(SCHEDULE.fields) + len(SCHEDULE.spare) == 6
    assert "in" not in fields_of(submitted(opened(SCHEDULE)))


def test_what_was_filled_in_comes_back() -> None:
    assert fields_of(submitted(opened(SCHEDULE))) == {
        **{"set": "together", "date": "2018-01-31", "time": "19:30", "zone": "Europe/London", "with": "person:discord:1"},
    }


def test_what_is_chosen_comes_back() -> None:
    typed = {"set": ["alone"], "date": "2018-02-01", "zone": "", "with": ["2", "1"]}
    assert fields_of(submitted(opened(SCHEDULE), **typed)) == {
        **{"set": "alone", "date": "2018-02-01", "time": "19:30", "zone": "", "with": "person:discord:2, person:discord:1"},
    }
    assert fields_of(submitted(opened(SCHEDULE), **{"with": []}))["with"] == ""


def test_an_older_modals_rows_are_no_fields() -> None:
    assert fields_of({"components": [{"type": 1, "components": []}, {"type": 10, "id": 3}]}) == {}


@pytest.mark.parametrize(("required", "least"), [(True, 1), (False, 0)])
def test_who_need_not_choose_may_choose_nothing(required: bool, least: int) -> None:
    fields = (Field("a", "A", FieldKind.CHOICE, options=SETS, required=required), Field("b", "B", FieldKind.PEOPLE, required=required))
    data = opened(Form("f", "F", fields))
    assert [(component(data, name)["min_values"], component(data, name)["required"]) for name in "ab"] == [(least, required)] * 2


def test_a_channel_is_chosen_from_those_offered() -> None:
    data = opened(Form("f", "F", (Field("in", "Channel", FieldKind.CHANNEL, "2", options=(Option("1", "#slt"), Option("2", "#aac"))),)))
    assert [(one["label"], one.get("default", False)) for one in component(data, "in")["options"]] == [("#slt", False), ("#aac", True)]


@pytest.mark.parametrize("options", [26, 0])
def test_what_discord_cannot_offer_is_written(options: int) -> None:
    many = tuple(Option(f"set-{number}", f"Set {number}") for number in range(options))
    data = opened(Form("f", "F", (Field("set", "Question set", FieldKind.CHOICE, "set-3", options=many),)))
    assert (component(data, "set")["type"], component(data, "set")["value"]) == (4, "set-3")
    assert data["components"][0].get("description", "").startswith("One of: set-0, set-1" if many else "")


def test_people_are_those_known_and_those_picked_once_each() -> None:
    people = Field(
        "with", "With", FieldKind.PEOPLE, "person:discord:2, person:discord:1", people=(ADA, Person("room", "x")), required=False
    )
    assert [one["id"] for one in component(opened(Form("f", "F", (people,))), "with")["default_values"]] == ["1", "2"]


@pytest.mark.parametrize(
    ("value", "people", "description"),
    [("", (), None), ("Ada", (ADA,), None), ("Ada, Sally", (ADA,), "Named so far: Ada, Sally"), ("person:discord:1", (), None)],
)
def test_names_without_an_account_stand_beside_the_picker(value: str, people: tuple[Person, ...], description: str | None) -> None:
    data = opened(Form("f", "F", (Field("with", "With", FieldKind.PEOPLE, value, "names", people=people),)))
    assert data["components"][0].get("description") == description


def test_a_long_question_stands_above_its_answer() -> None:
    question = "What *will* you do? " * 20
    data = opened(Form("f", "F", (Field("text", "Yours", FieldKind.PARAGRAPH, hint=question),)))
    assert [one["type"] for one in data["components"]] == [10, 18]
    assert data["components"][0]["content"].startswith(r"What \*will\* you do?")
    full = Form("f", "F", tuple(Field(name, name, hint=question) for name in "abcde"))
    assert [one["description"][-1] for one in opened(full)["components"]] == ["…"] * 5


def test_what_was_typed_is_still_there() -> None:
    typed = {"set": "alone", "date": "soon", "with": "person:discord:2"}
    again = opened(refilled(SCHEDULE, typed))
    assert fields_of(submitted(again)) == {"time": "19:30", "zone": "Europe/London", **typed}
    assert fields_of(submitted(opened(refilled(SCHEDULE, {"with": ""}))))["with"] == ""


def test_a_value_that_does_not_fit_is_kept() -> None:
    modal = modal_of(Form("f", "F", (Field("a", "A"),), "x" * 200))
    assert modal.kept == {kept_under(modal.data["custom_id"]): "x" * 200}


def test_the_schemas_are_there() -> None:
    if absent():
        pytest.skip(absent())
    assert list(faults_of("ModalInteractionCallbackRequestData", {"custom_id": "", "title": "", "components": []})), "they refuse nothing"


WORDS = st.text(min_size=1, max_size=200)
FIELDS = st.builds(
    Field,
    st.from_regex(r"[a-z]{1,9}", fullmatch=True),
    WORDS,
    st.sampled_from(FieldKind),
    st.text(max_size=5000),
    st.text(max_size=300),
    st.booleans(),
    st.lists(st.builds(Option, WORDS, WORDS), max_size=30, unique_by=lambda one: one.value).map(tuple),
    st.lists(st.integers(1, 2**63).map(lambda number: Person("discord", str(number))), max_size=30).map(tuple),
)


@settings(deadline=None)
@given(
    st.builds(Form, st.just("form"), WORDS, st.lists(FIELDS, min_size=1, max_size=5, unique_by=lambda one: one.name).map(tuple), st.text())
)
def test_any_form_fits(form: Form) -> None:
    data = opened(form)
    assert set(fields_of(submitted(data))) == {field.name for field in form.fields}
