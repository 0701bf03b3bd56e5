"""Prompts, formats and dates; round trips; the schema; check, explain and init."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from copbot.content import check, copbot_schema, explain, init, report
from copbot.content.checking import dump
from copbot.content.document import Document, Reader
from copbot.content.library import Content
from copbot.content.rules_prompts import AMERICAN, PLACEHOLDERS, check_prompts
from copbot.content.rules_question_sets import halves_of
from copbot.content.schema_prompts import PromptLibrarySpec
from copbot.content.values import Duration, When, write_duration, write_offset
from copbot.domain.format import Offset
from copbot.errors import ConfigurationError
from copbot.ports.library import Problem
from copbot.resources import data_dir
from copbot.testing.files import seed_set, write

QUESTION_SET = seed_set()
SHIPPED_FILES = sorted(
    [path for folder in ("communities", "question-sets", "formats", "frameworks") for path in (data_dir("config") / folder).glob("*.yaml")]
    + sorted((data_dir("config") / "starter").rglob("*.yaml"))
    + sorted(data_dir("prompts").glob("*/*.yaml"))
)
ProblemsWith = Callable[[str, str], Sequence[Problem]]


def read(text: str, name: str = "a.yaml") -> Document:
    reading = Reader().read(Path(name), text.encode())
    assert reading.document is not None, report(reading.problems)
    return reading.document


def library(**changes: str) -> Document:
    prompt = {
        "id": "p",
        "move": "invite",
        "stage": "during",
        "audience": "thread",
        "autonomy": "auto",
        "text": "Who else?",
        "model": "general",
    }
    lines = "\n".join(f"    {key}: {json.dumps(value)}" for key, value in {**prompt, **changes}.items())
    return read(f"kind: prompt_library\nversion: 1\nid: starter\nprompts:\n  -\n{lines}\n")


def prompt_problems(**changes: str) -> list[Problem]:
    document = library(**changes)
    assert isinstance(document.spec, PromptLibrarySpec)
    return list(check_prompts(document, document.spec.prompts, "prompts"))


@pytest.mark.parametrize("placeholder", ["{name}", "{name_a}", "{themes}", "{side_b}"])
def test_a_prompt_that_names_people_or_speaks_for_the_group_is_never_sent_by_itself(placeholder: str) -> None:
    """T31."""
    (problem,) = prompt_problems(text=f"Thanks {placeholder}, who else?")
    assert (problem.code, problem.line) == ("autonomy", 10)
    assert "autonomy: suggest" in problem.what
    assert prompt_problems(text=f"Thanks {placeholder}, who else?", autonomy="suggest") == []
    assert prompt_problems(text=f"Thanks {placeholder}, who else?", audience="host_dm") == []
    assert prompt_problems(text=f"Thanks {placeholder}, who else?", autonomy="clockwork", model="action_learning") == []


def test_a_challenge_is_for_people_to_send() -> None:
    assert [problem.code for problem in prompt_problems(move="challenge")] == ["autonomy"]


def test_every_shipped_prompt(shipped: Content) -> None:
    """T32."""
    edition = shipped.thaw(*shipped.freeze("resnetslt-2018-01-thinking-together"))
    assert len(edition.prompts) > 90
    for prompt in edition.prompts.values():
        assert len(prompt.text) <= 240
        assert {part.split("}")[0] for part in prompt.text.split("{")[1:]} <= PLACEHOLDERS
        assert not {word.strip(".,?!:;'").lower() for word in prompt.text.split()} & AMERICAN.keys()


def test_a_prompt_longer_than_240_characters_is_refused() -> None:
    reading = Reader().read(Path("a"), library().text.replace("Who else?", "a" * 241).encode())
    assert [problem.code for problem in reading.problems] == ["too-long"]
    assert "241 characters; at most 240" in reading.problems[0].what


FORMAT = """\
kind: format
version: 1
id: short
title: "Short"
mode: live
total: "10 min"
during:
  - {id: one, lasts: "4 min", does: welcome, post: "Hello"}
  - {id: two, lasts: "6 min", does: ask_questions}
"""


@pytest.mark.parametrize(
    ("old", "new", "code", "remedy"),
    [
        ('total: "10 min"', 'total: "12 min"', "total", 'total: "10 min"'),
        ('total: "10 min"\n', "", "missing-key", 'total: "10 min"'),
        ('lasts: "4 min", ', "", "missing-key", 'lasts: "5 min"'),
        ('lasts: "4 min"', 'lasts: "4 min", when: "+1 day"', "misplaced-key", "has `lasts`, not `when`"),
        ("id: two", "id: one", "duplicate-id", "used twice"),
        ('post: "Hello"', "prompt: welcome-lives", "unknown-prompt", "Did you mean welcome-live?"),
        ('post: "Hello"', 'post: "Hello {presnter}"', "placeholder", "did you mean {presenter}?"),
        ('post: "Hello"', "audience: host", "unknown-value", "Did you mean hosts?"),
        ('post: "Hello"', "prompt: two words", "id", 'prompt: "two-words"'),
        ("does: welcome", "does: welcom", "unknown-value", "Did you mean welcome?"),
    ],
)
def test_formats(config: Path, shipped: Content, old: str, new: str, code: str, remedy: str) -> None:
    path = write(config / "formats" / "short.yaml", FORMAT.replace(old, new, 1))
    found = [problem for problem in check([path], config, last=shipped.snapshot) if problem.code == code]
    assert found, report(check([path], config))
    assert remedy in found[0].what


def test_a_format_that_is_right_has_no_problems(config: Path, shipped: Content) -> None:
    assert check([write(config / "formats" / "short.yaml", FORMAT)], config, last=shipped.snapshot) == []


def test_the_minutes_of_a_set_are_those_of_its_format(problems_with: ProblemsWith) -> None:
    """T4."""
    (over,) = problems_with("minutes: 16", "minutes: 19")
    assert over.what.startswith(
        "Questions take 52 minutes; the format leaves 49. Take 3 off (Q4 is the longest), or choose a longer format."
    )
    assert "`minutes: 16`" in over.what
    (under,) = problems_with("minutes: 16", "minutes: 11")
    assert under.what.startswith("Questions take 44 minutes; the format leaves 49. Add 5 (Q2 is the shortest).")


def test_a_format_that_needs_a_paper_or_an_agreement_says_so(problems_with: ProblemsWith) -> None:
    start, end = QUESTION_SET.index("paper:"), QUESTION_SET.index("why_it_matters_here")
    found = problems_with(QUESTION_SET[start:end], "")
    assert found == []
    found = problems_with("format: live-chat-60", "format: action-learning-set-60")
    assert "needs-agreement" in [problem.code for problem in found]


def test_a_journal_club_without_a_paper(config: Path, shipped: Content) -> None:
    start, end = QUESTION_SET.index("paper:"), QUESTION_SET.index("why_it_matters_here")
    text = (QUESTION_SET[:start] + QUESTION_SET[end:]).replace("live-chat-60", "journal-club-60").replace("minutes: 16", "minutes: 9")
    found = check([write(config / "question-sets" / "set.yaml", text)], config, last=shipped.snapshot)
    assert [problem.code for problem in found] == ["needs-paper"]
    assert "paper:\n" in found[0].what


@pytest.mark.parametrize(
    ("date", "day", "code", "said"),
    [
        (
            "2018-03-25",
            "Sunday",
            "time-gap",
            "01:30 on Sunday 25 March 2018 does not exist: the clocks go forward. The chat would start at the first moment after, 02:00",
        ),
        ("2018-10-28", "Sunday", "time-twice", "comes twice: the clocks go back. The first of the two is meant"),
    ],
)
def test_times_that_do_not_exist_or_come_twice(problems_with: ProblemsWith, date: str, day: str, code: str, said: str) -> None:
    new = f'date: "{date}"\n  day: {day}\n  starts: "01:30"\n  ends: "02:30"'
    (problem,) = problems_with('date: "2018-01-31"\n  day: Wednesday\n  starts: "19:30"\n  ends: "20:30"', new)
    assert (problem.code, problem.is_warning) == (code, True)
    assert said in problem.what


@pytest.mark.parametrize(
    ("text", "halves"),
    [
        ("One thing?", None),
        ("What is it? And why?", ("What is it?", "And why?")),
        ("What is it, and why does it matter?", ("What is it?", "And why does it matter?")),
        ("Salt and pepper?", None),
    ],
)
def test_halves(text: str, halves: tuple[str, str] | None) -> None:
    assert halves_of(text) == halves


@pytest.mark.parametrize("path", SHIPPED_FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_load_dump_load(path: Path) -> None:
    first = read(path.read_text(encoding="utf-8"))
    second = read(dump(first.spec))
    assert second.spec == first.spec
    assert dump(second.spec) == dump(first.spec)
    explained = explain(path)
    assert read(explained).spec.model_dump() == first.spec.model_dump(), explained


@pytest.mark.parametrize("path", SHIPPED_FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_shipped_file_starts_with_a_modeline_that_leads_to_the_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    assert first.startswith("# yaml-language-server: $schema=")
    relative = first.partition("=")[2]
    folder = path.parent if "starter" not in path.parts else data_dir("config") / path.parent.name
    assert (folder / relative).resolve() == (data_dir("config") / "schema.json").resolve()


def test_the_published_schema_is_the_one_in_use() -> None:
    published = json.loads((data_dir("config") / "schema.json").read_text(encoding="utf-8"))
    assert published == copbot_schema(), "write it anew: copbot schema > config/schema.json"
    assert set(published["properties"]["kind"]["enum"]) == {"question_set", "prompt_library", "format", "community", "cpd_framework"}
    references = [choice["then"]["$ref"].rpartition("/")[2] for choice in published["allOf"]]
    assert set(references) <= set(published["$defs"])
    assert published["$defs"]["QuestionSetSpec"]["properties"]["suggested"]["$ref"]


def test_defaults_are_shown(config: Path) -> None:
    text = explain(config / "communities" / "resnetslt.yaml")
    assert "text_kept_for: 90 days    # default" in text
    assert "keep_message_text: with_notice\n" in text
    with pytest.raises(ConfigurationError, match="error"):
        explain(write(config / "bad.yaml", "kind: community\n"))


def test_check_takes_files_folders_and_whole_configs(config: Path, tmp_path: Path) -> None:
    assert check([config]) == []
    assert check([config.parent]) == []
    draft = write(tmp_path / "drafts" / "draft.yaml", QUESTION_SET.replace("day: Wednesday", "day: Friday"))
    assert [problem.code for problem in check([draft.parent], config)] == ["weekday"]
    template = write(tmp_path / "drafts" / "x.md.j2", "{# variables: chat #}\n{{ caht }}")
    assert [problem.code for problem in check([template], config)] == ["unknown-variable"]
    with pytest.raises(ConfigurationError, match="no file or folder"):
        check([tmp_path / "nothing"], config)


def test_reports(problems_with: ProblemsWith, config: Path) -> None:
    found = problems_with('hashtag: "#ResNetSLT"', "hashtag: #ResNetSLT")
    path = config / "question-sets" / "set.yaml"
    assert report(found) == (
        f'{path}:7:10: error[comment-value]: Everything after # is a comment. Put quotes round it. Write: `hashtag: "#ResNetSLT"`\n'
        "    7 | hashtag: #ResNetSLT\n"
        "      |          ^\n"
        "1 error found."
    )
    assert report([]) == "No problems found."
    (entry,) = json.loads(report(found, "json"))
    assert (entry["line"], entry["column"], entry["severity"], entry["code"]) == (7, 10, "error", "comment-value")
    assert report(found, "github").startswith(f"::error file={path},line=7,col=10,title=comment-value::Everything after # is")
    assert "\n" not in report(problems_with('text: "Do you believe you are a member of a CoP?"', 'text: "What? Why?"'), "github")


def test_init_makes_files_that_pass_the_checks_and_overwrites_nothing(tmp_path: Path) -> None:
    made = init(tmp_path / "mine")
    assert {path.relative_to(tmp_path / "mine").as_posix() for path in made} == {
        "README.md",
        "config/communities/my-community.yaml",
        "config/question-sets/first-chat.yaml",
        "config/schema.json",
    }
    content = Content.load(tmp_path / "mine" / "config", tmp_path / "mine" / "prompts")
    assert [problem.code for problem in content.problems() if (tmp_path / "mine") in problem.path.parents] == ["placeholder-contact"]
    assert content.freeze("first-chat")
    with pytest.raises(ConfigurationError, match="overwrites nothing"):
        init(tmp_path / "mine")


def test_init_in_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Cannot write"):
        init(write(tmp_path / "file", "") / "below")


@given(st.integers(min_value=0, max_value=60 * 24 * 400))
def test_lengths_are_written_as_they_are_read(minutes: int) -> None:
    length = timedelta(minutes=minutes)
    if minutes < 100_000 or minutes % 1440 == 0:
        assert TypeAdapter(Duration).validate_python(write_duration(length)) == length


@given(
    st.one_of(
        st.builds(Offset, days=st.integers(-99, 99), of_next=st.booleans()),
        st.builds(Offset, exact=st.integers(-999, 999).map(lambda minutes: timedelta(minutes=minutes)), of_next=st.booleans()),
    )
)
def test_offsets_are_written_as_they_are_read(offset: Offset) -> None:
    assert TypeAdapter(When).validate_python(write_offset(offset)) == offset


def test_twenty_four_months_are_two_years() -> None:
    assert TypeAdapter(Duration).validate_python("24 months") == timedelta(days=730)
