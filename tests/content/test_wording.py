from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from copbot.content.filters import duration
from copbot.content.library import Content
from copbot.content.wording import Templates, check_template, tidy
from copbot.ports.library import Problem

AT = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)
SUMMER = datetime(2018, 7, 4, 18, 35, tzinfo=UTC)
PATH = Path("welcome.md.j2")


def say(source: str, **values: object) -> str:
    return Templates({"t": source}).say("t", **values)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ 13 | duration }}", "13 minutes"),
        ("{{ 60 | duration }}", "1 hour"),
        ("{{ 90 | duration }}", "1 hour 30 minutes"),
        ("{{ 1440 | duration }}", "24 hours"),
        ("{{ (1440 * 5) | duration }}", "5 days"),
        ("{{ (1440 * 14) | duration }}", "2 weeks"),
        ("{{ 0 | duration }}", "0 minutes"),
        ("{{ at | clock('Europe/London') }}", "19:30"),
        ("{{ summer | clock('Europe/London') }}", "19:35"),
        ("{{ at | day('Europe/London') }}", "Wednesday 31 January 2018"),
        ("{{ at | brief_day('Europe/London') }}", "Wed 31 Jan"),
        ("{{ at | when('Europe/London') }}", "[Wed 31 Jan 19:30](time:2018-01-31T19:30:00+00:00)"),
        ("{{ summer | when('Europe/London') }}", "[Wed 4 Jul 19:35](time:2018-07-04T18:35:00+00:00)"),
        ("{{ 1 | plural('voice', 'voices') }} {{ 2 | plural('voice', 'voices') }}", "voice voices"),
        ("{{ 2 | count('voice', 'voices') }}", "2 voices"),
        ("{{ '<b>' }}", "<b>"),
        ("{% if true %}\nYes\n{% endif %}\n\n\n\nEnd  \n", "Yes\n\nEnd"),
    ],
)
def test_what_templates_can_say(source: str, said: str) -> None:
    assert say(source, at=AT, summer=SUMMER) == said


def test_half_a_minute() -> None:
    assert duration(timedelta(seconds=30)) == "30 seconds"


def test_a_variable_that_was_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        say("{{ nobody }}")


def test_templates_run_in_a_sandbox() -> None:
    with pytest.raises(SecurityError):
        say("{{ ''.__class__.__mro__ }}")


def check(source: str) -> list[Problem]:
    return check_template(PATH, source, {"welcome": source, "_macros": ""})


@pytest.mark.parametrize(
    ("source", "line", "column", "code", "remedy"),
    [
        ("{# variables: chat, minutes_left #}\nHi\n{{ minute_left }}", 3, 4, "unknown-variable", "did you mean `minutes_left`?"),
        ("{# variables: chat #}\n{{ chat }}\n{% if chat %}", 3, 1, "template-syntax", "if"),
        ("{# variables: chat #}\n{{ chat | durration }}", 2, 11, "unknown-filter", "did you mean `duration`?"),
        ("Hello {{ name }}", 1, 1, "no-declaration", "{# variables: name #}"),
        ('{# variables: #}\n{% include "_macro" %}', 1, 1, "unknown-template", "Did you mean _macros?"),
    ],
)
def test_mistakes_in_templates(source: str, line: int, column: int, code: str, remedy: str) -> None:
    (problem,) = check(source)
    assert (problem.line, problem.column, problem.code) == (line, column, code)
    assert remedy in problem.what


def test_names_set_inside_a_template_need_no_declaration() -> None:
    assert check("{# variables: lines #}\n{% for line in lines %}{% set n = line %}{{ n }}{{ loop.index }}{% endfor %}") == []


def test_the_shipped_templates_have_no_errors(shipped: Content) -> None:
    assert [str(problem) for problem in shipped.problems() if problem.path.suffix == ".j2"] == []


def test_a_template_with_errors_keeps_its_last_good_version(config: Path) -> None:
    template = config.parent / "prompts" / "en-GB" / "wording" / "hello-there.md.j2"
    template.parent.mkdir(parents=True)
    template.write_text("{# variables: #}\nGood.", encoding="utf-8")
    content = Content.load(config, config.parent / "prompts")
    template.write_text("{# variables: #}\n{{ oops }}", encoding="utf-8")
    assert "unknown-variable" in [problem.code for problem in content.reload()]
    assert content.say("hello-there") == "Good."


@given(st.text(alphabet="a \n", max_size=60))
def test_tidying_twice_changes_nothing(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert "\n\n\n" not in tidy(text)
