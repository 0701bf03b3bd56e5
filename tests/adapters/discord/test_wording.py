"""The adapter's own words."""

from discord_shapes import faults_of_message, faults_of_modal

from copbot.domain.message import Button, Field, Form, FormErrors, Message
from copbot_discord.components import action_of, value_of
from copbot_discord.forms import fields_of, modal_of
from copbot_discord.rendering import LIMITS, render, title_of
from copbot_discord.wording import ANSWER, CHANGE, LOBBY, LOBBY_NAME, answer_form, said_by, to_mend, with_answer


def test_the_lobby_says_what_it_is() -> None:
    assert title_of(LOBBY_NAME) == LOBBY_NAME
    assert faults_of_message(render(LOBBY).fields) == []


def test_a_question_can_be_answered_where_it_stands() -> None:
    question = with_answer(Message("Why?", (Button("Next", "next", "1"),)), LIMITS.buttons)
    [row] = render(question, "hash").components
    assert [action_of(one["custom_id"]) for one in row["components"]] == ["next", ANSWER]
    full = with_answer(Message("Why?", tuple(Button(str(number), "next", str(number)) for number in range(10))), LIMITS.buttons)
    assert [button.action for button in full.buttons] == ["next"] * 9 + [ANSWER]


def test_the_form_for_an_answer() -> None:
    data = modal_of(answer_form("123")).data
    assert faults_of_modal(data) == []
    assert (action_of(data["custom_id"]), value_of(data["custom_id"])) == (ANSWER, "123")
    typed = {"components": [{"type": 18, "component": {"type": 4, "custom_id": "text", "value": "Yes"}}]}
    assert fields_of(typed) == {"text": "Yes"}


def test_what_somebody_answered_is_shown_letter_by_letter() -> None:
    assert render(said_by("A*da", "- @everyone **Yes**")).content == "**A\\*da**: - @\u2060everyone \\*\\*Yes\\*\\*"


def test_what_is_wrong_with_a_form_is_told_by_the_fields_names() -> None:
    form = Form("schedule", "Schedule", (Field("date", "Da*te"),))
    told = to_mend(form, FormErrors({"date": "`soon` is no date", "zone": "unknown"}), "kept-7")
    assert render(told).content == "Not yet:\n\n- **Da\\*te**: `soon` is no date\n- **zone**: unknown"
    [button] = told.buttons
    assert (button.action, button.value) == (CHANGE, "kept-7")
