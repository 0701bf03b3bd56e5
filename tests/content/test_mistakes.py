"""Every row of 2-domain.md 7.8: the message names the line and the remedy."""
# ruff: noqa: E501 - the table reads best with one mistake a line

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from copbot.content.checking import check
from copbot.content.document import Reader
from copbot.content.nodes import Entries, Items, Scalar
from copbot.content.reporting import report
from copbot.content.schema_question_set import QuestionSetSpec
from copbot.ports.library import Problem
from copbot.resources import data_dir
from copbot.testing.files import seed_set

ProblemsWith = Callable[[str, str], Sequence[Problem]]
SHIPPED = seed_set()
Q1 = 'text: "Do you believe you are a member of a CoP?"'


def line_of(piece: str) -> int:
    return SHIPPED[: SHIPPED.index(piece)].count("\n") + 1


@dataclass(frozen=True)
class Row:
    """What somebody types instead of a piece of the shipped set, and what copbot says."""

    old: str
    new: str
    code: str
    remedy: str
    line: int | None = None
    is_warning: bool = False


ROWS = {
    "hashtag without quotes": Row('hashtag: "#ResNetSLT"', "hashtag: #ResNetSLT", "comment-value", '`hashtag: "#ResNetSLT"`'),
    "hashtag in the text": Row(
        Q1, "text: What do you think? #ResNetSLT", "comment-in-text", '`text: "What do you think? #ResNetSLT"`'
    ),
    "handle without quotes": Row(
        'handle: "@salpratten"', "handle: @salpratten", "reserved-character", 'Names that start with @ need quotes. Write: `handle: "@salpratten"`'
    ),
    "time without quotes": Row('starts: "19:30"', "starts: 19:30", "unquoted-time", 'Please quote times', is_warning=True),
    "the seed's own style": Row('starts: "19:30"', "starts: 7.30 - 8.30pm", "time", 'starts: "19:30"\n    ends: "20:30"'),
    "day first": Row('date: "2018-01-31"', "date: 31/01/2018", "date", "Use year-month-day: 2018-01-31"),
    "weekday and date disagree": Row("day: Wednesday", "day: Thursday", "weekday", "Wednesday 31 January 2018 or Thursday 1 February 2018"),
    "colon in the text": Row(
        'title: "Thinking together: what makes Communities of Practice work?"', "title: Thinking together: what makes CoPs work?",
        "colon-in-text", "There's a colon inside the text. Put quotes round the whole text. Write: `title: \"Thinking together: what makes CoPs work?\"`",
    ),
    "half quoted": Row(
        Q1, "text: 'Thinking together' in your team?", "half-quoted",
        "Text that starts with a quote must end with it: use double quotes outside. Write: `text: \"'Thinking together' in your team?\"`",
    ),
    "apostrophe": Row(
        Q1, "text: 'What's one thing you do?'", "apostrophe", "Use double quotes when there's an apostrophe. Write: `text: \"What's one thing you do?\"`"
    ),
    "curly quotes": Row(Q1, "text: “Do you think so?”", "curly-quotes", 'Write: `text: "Do you think so?"`', is_warning=True),
    "Word's dash": Row(
        '- "What makes you say so? What do you do together that makes it one?"', "– What makes you say so?", "list-dash",
        "Use a hyphen and a space for list items. Write: `- What makes you say so?`",
    ),
    "hard space in front of the value": Row(
        "community: ResNetSLT", "community:\u00a0ResNetSLT", "invisible-character", "invisible character from Word or a web page on line"
    ),
    "hard space in the indentation": Row(
        "  day: Wednesday", "\u00a0\u00a0day: Wednesday", "invisible-character", "retype the spaces"
    ),
    "tab": Row("  day: Wednesday", "\tday: Wednesday", "tab", "Use spaces, not Tab"),
    "hyphen without a space": Row(
        '- "What makes you say so? What do you do together that makes it one?"', "-What makes you say so?", "hyphen-space",
        "needs a space after the hyphen. Write: `- What makes you say so?`",
    ),
    "colon without a space": Row(
        Q1, "text:Do you believe it?", "colon-space", 'text: needs a space after the colon. Write: `text: "Do you believe it?"`'
    ),
    "two questions in one item": Row(
        "    minutes: 13\n", "    minutes: 13\n    text: \"Another?\"\n", "duplicate-key", "text is given twice; did you forget a `-`?",
        line=line_of(Q1) + 2,
    ),
    "the same number twice": Row("number: 2", "number: 1", "duplicate-number", "Write: `number: 2`"),
    "a gap in the numbers": Row("number: 3", "number: 5", "number-gap", "Write: `number: 3`"),
    "starts with a star": Row(Q1, "text: *Name* some examples", "reserved-character", "starts with a character that YAML reserves. Put quotes round it"),
    "starts with a backtick": Row(Q1, "text: `code` is what?", "reserved-character", "Put quotes round it. Write: `text: \"`code` is what?\"`"),
    "starts with a per cent sign": Row(Q1, "text: %age of what?", "reserved-character", "Put quotes round it"),
    "starts with an exclamation mark": Row(Q1, "text: !now is it?", "reserved-character", "Put quotes round it"),
    "starts with a bracket": Row(Q1, "text: [Optional] What else?", "reserved-character", "Put quotes round it"),
    "starts with a brace": Row(Q1, "text: {name}, hello?", "reserved-character", "Put quotes round it"),
    "is a brace": Row(Q1, "text: {name}", "reserved-character", "Put quotes round it"),
    "starts with an ampersand": Row(Q1, "text: &more", "reserved-character", "Put quotes round it"),
    "text after the block sign": Row(
        Q1, "text: | hello there?", "block-text", "Put the text on the next line, indented, after `|`"
    ),
    "second line not indented": Row(
        Q1, "text: Do you believe\nyou are a member?", "second-line", "Indent the second line, or use `>`", line=line_of(Q1) + 1
    ),
    "version 1.10": Row("version: 1\n", "version: 1.10\n", "version", "Write: `version: 1`"),
    "minutes that do not add up": Row(
        "minutes: 13", "minutes: 16", "minutes-sum", "Questions take 52 minutes; the format leaves 49. Take 3 off (Q1 is the longest), or choose",
        line=line_of("minutes: 13"),
    ),
    "minutes missing": Row("    minutes: 13\n", "", "minutes-missing", "minutes: 12", line=line_of(Q1)),
    "a question with two halves": Row(
        Q1, 'text: "What is it? How do you know?"', "two-questions",
        'text: "What is it?"\n    part_b:\n      text: "How do you know?"\n      after: "6 min"', is_warning=True,
    ),
    "closed-access paper": Row(
        "  year: 2017", "  open_access: false", "closed-access", "Ask the author for a copy", line=line_of("  year: 2017"), is_warning=True
    ),
    "examples without probes": Row(
        '    probes:\n      - "What was the shared problem that drew people in?"\n      - "Did anyone look after it? How, without taking it over?"\n',
        "", "examples-without-probes", "Give it probes", line=line_of("number: 3") + 3, is_warning=True,
    ),
    "patient detail": Row(Q1, 'text: "What about NHS number 999 000 0018?"', "identifier", "may identify a person (nhs number)"),
    "format in words": Row("format: live-chat-60", "format: live chat 60", "unknown-format", "Did you mean live-chat-60? Write: `format: live-chat-60`"),
    "unknown format": Row("format: live-chat-60", "format: live-chats-60", "unknown-format", "Write: `format: live-chat-60`"),
    "unknown community": Row("community: ResNetSLT", "community: resnetslt", "unknown-community", "Write: `community: ResNetSLT`"),
    "an id with spaces": Row("id: resnetslt-2018-01-thinking-together", "id: my set", "id", 'letters, digits and hyphens only, and starts with a letter or digit. Write: `id: "my-set"`'),
    "a hashtag without its sign": Row('hashtag: "#ResNetSLT"', "hashtag: ResNetSLT", "hashtag", '`hashtag: "#ResNetSLT"`'),
    "a text where a list belongs": Row("community: ResNetSLT", "community: ResNetSLT\nset_agreement: We listen.", "not-a-list", 'set_agreement:\n      - "We listen."', line=line_of("community:") + 1),
    "a text where a part belongs": Row('closing:\n  text: "One thing to try in your own CoP before the next chat on 28 February?"', "closing: Bye now.", "not-keys", 'closing:\n      text: "Bye now."'),
    "misspelt model": Row("model: driscoll", "model: driscol", "unknown-value", "Did you mean driscoll?"),
    "a link that is none": Row("  year: 2017", '  link: "example.org"', "link", "starts with https://", line=line_of("  year: 2017")),
    "misspelt key": Row("    minutes: 13", "    minuts: 13", "unknown-key", "did you mean `minutes`? Write: `minutes: 13`"),
    "misspelt key without a value": Row('closing:\n', "closng:\nclosing:\n", "unknown-key", "did you mean `closing`?"),
    "misspelt value": Row("kind: opinion", "kind: opinon", "unknown-value", "Did you mean opinion? Write: `kind: opinion`"),
    "ends before the start": Row('ends: "20:30"', 'ends: "18:30"', "ends-before-start", 'ends: "20:30"'),
    "length is not the format's": Row('ends: "20:30"', 'ends: "20:45"', "length", 'Write: `ends: "20:30"`'),
    "unknown zone": Row("time_zone: Europe/London", "time_zone: GMT", "time-zone", 'Write: `time_zone: "Europe/London"`'),
    "part b too late": Row('after: "8 min"', 'after: "16 min"', "part-b-late", 'Write: `after: "8 min"`'),
    "length without a unit": Row('after: "8 min"', "after: 8", "length", 'Write: `after: "8 min"`'),
    "a text too long": Row(Q1, f'text: "{"a" * 301}?"', "too-long", "302 characters; at most 300"),
    "anchor": Row(Q1, 'text: &a "Do you?"', "reserved-character", "Put quotes round it"),
    "a list where text belongs": Row("community: ResNetSLT", "community:\n  - ResNetSLT", "not-text", "takes one text, not a list", line=line_of("community:") + 1),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_the_message_names_the_line_and_the_remedy(problems_with: ProblemsWith, row: Row) -> None:
    found = problems_with(row.old, row.new)
    assert [problem.code for problem in found] == [row.code], report(found)
    problem = found[0]
    assert problem.line == (row.line or line_of(row.old))
    assert row.remedy in problem.what
    assert f":{problem.line}:{problem.column}: {'warning' if row.is_warning else 'error'}[{row.code}]: " in str(problem)


def test_words_that_yaml_1_1_reads_as_something_else_stay_words(config: Path) -> None:
    text = SHIPPED.replace(Q1, "text: NO.").replace(
        "if_quiet: \"Yes, no and 'not sure' all count. Which is closest, and why?\"", "if_quiet: off"
    )
    text = text.replace('- "Would the others in it give the same answer?"', "- 07:30")
    spec = read(
        text.replace('probes:\n      - "What makes you say so? What do you do together that makes it one?"', "probes:\n      - Yes")
    )
    question = spec.questions[0]
    assert (question.text, question.if_quiet, question.probes) == ("NO.", "off", ["Yes", "07:30"])


def test_a_flow_list_of_yes_and_no_is_a_list_of_words() -> None:
    assert read(SHIPPED.replace("closing:", "set_agreement: [Yes, No, Not sure]\nclosing:")).set_agreement == ["Yes", "No", "Not sure"]


@pytest.mark.parametrize("written", ['"2018-01-31"', "2018-01-31"])
def test_dates_are_read_with_and_without_quotes(problems_with: ProblemsWith, written: str) -> None:
    assert problems_with('date: "2018-01-31"', f"date: {written}") == []


def test_a_time_before_eight_needs_no_quotes_either(problems_with: ProblemsWith) -> None:
    assert [problem.code for problem in problems_with('starts: "19:30"\n  ends: "20:30"', 'starts: 07:30\n  ends: "08:30"')] == [
        "unquoted-time"
    ]


def test_a_key_left_empty_is_absent() -> None:
    assert read(SHIPPED.replace("language: en-GB", "source:")).source == ""


def test_eight_questions_in_an_hour_bring_a_warning(problems_with: ProblemsWith) -> None:
    eight = "questions:\n" + "".join(f'  - number: {n}\n    text: "What?"\n    minutes: {7 if n == 1 else 6}\n' for n in range(1, 9))
    start, end = SHIPPED.index("questions:"), SHIPPED.index("closing:")
    found = problems_with(SHIPPED[start:end], eight)
    assert [(problem.code, problem.is_warning) for problem in found] == [("many-questions", True)]
    assert "three to five" in found[0].what


def test_a_matched_pair_of_curly_quotes_is_left_out() -> None:
    assert read(SHIPPED.replace(Q1, "text: “Do you think so?”")).questions[0].text == "Do you think so?"


def test_all_errors_are_reported_at_once_even_after_a_syntax_error(config: Path) -> None:
    text = (
        SHIPPED.replace('handle: "@salpratten"', "handle: @salpratten")
        .replace("kind: opinion", "kind: opinon")
        .replace("day: Wednesday", "\tday: Wed")
    )
    (config / "question-sets" / "set.yaml").write_text(text, encoding="utf-8")
    found = check([config / "question-sets" / "set.yaml"], config_dir=config)
    assert [problem.code for problem in found] == ["tab", "reserved-character", "unknown-value"], report(found)


def test_windows_1252(config: Path) -> None:
    path = config / "question-sets" / "set.yaml"
    path.write_bytes(SHIPPED.replace("Dörfler", "D\u00f6rfler").encode("cp1252"))
    (problem,) = check([path], config_dir=config)
    assert (problem.code, problem.line) == ("encoding", line_of("Dörfler"))
    assert "Save as UTF-8" in problem.what


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_of_unicode_load(config: Path, encoding: str) -> None:
    path = config / "question-sets" / "set.yaml"
    path.write_bytes(SHIPPED.replace("\n", "\r\n").encode(encoding))
    assert check([path], config_dir=config) == []


def test_unknown_placeholders_in_prompts_are_named_with_the_nearest(config: Path) -> None:
    library = (data_dir("prompts") / "en-GB" / "library.yaml").read_text(encoding="utf-8")
    for given in ("{Name}", "{first_name}"):
        (config.parent / "prompts" / "en-GB").mkdir(parents=True, exist_ok=True)
        text = library.replace("a first post from {name}", f"a first post from {given}").replace(
            "One word for how", "One word about the color of how"
        )
        path = config.parent / "prompts" / "en-GB" / "library.yaml"
        path.write_text(text, encoding="utf-8")
        found = check([path], config, config.parent / "prompts")
        assert [(problem.code, problem.is_warning) for problem in found] == [("placeholder", False), ("spelling", True)]
        assert f"Unknown placeholder {given}; did you mean {{name}}?" in found[0].what
        assert "colour" in found[1].what


def test_files_that_are_too_large_or_too_deep_or_doubled_are_refused() -> None:
    reader = Reader()
    assert reader.read(Path("a"), b"a" * (256 * 1024 + 1)).problems[0].code == "too-large"
    assert "too-deep" in [problem.code for problem in reader.read(Path("a"), b"a: " + b"[" * 100 + b"]" * 100).problems]
    assert "two-documents" in [problem.code for problem in reader.read(Path("a"), b"kind: format\n---\nkind: format\n").problems]
    assert reader.read(Path("a"), b"").problems[0].code == "empty-file"
    assert reader.read(Path("a"), b"kind: questions\n").problems[0].what.endswith("Write: `kind: question_set`")
    assert reader.read(Path("a"), b"kind: \x00\n").problems[0].code == "control-character"


def test_a_quote_that_never_closes_is_found_at_its_start(problems_with: ProblemsWith) -> None:
    found = problems_with(Q1, 'text: "Do you believe you are a member of a CoP?')
    assert found[0].code == "unclosed-quote"
    assert found[0].line == line_of(Q1)


def test_what_nothing_explains_still_says_where(problems_with: ProblemsWith) -> None:
    found = problems_with("closing:\n", "closing: ]\n")
    assert [(problem.code, problem.line) for problem in found] == [("not-yaml", line_of("closing:"))]


def test_text_in_blocks_and_in_several_lines_is_left_alone(problems_with: ProblemsWith) -> None:
    text = "why_it_matters_here: |\n  – one: two #three\n  -four\n  text:five\n\n"
    start, end = SHIPPED.index("why_it_matters_here"), SHIPPED.index("questions:")
    assert problems_with(SHIPPED[start:end], text) == []
    assert problems_with(Q1, 'text: "Do you believe #this\n      – or that: both?"') == []


def test_a_comment_after_a_number_is_a_comment(problems_with: ProblemsWith) -> None:
    assert problems_with("    minutes: 13", "    minutes: 13 #thirteen") == []


def read(text: str) -> QuestionSetSpec:
    reading = Reader().read(Path("set.yaml"), text.encode())
    assert reading.document is not None, report(reading.problems)
    assert isinstance(reading.document.spec, QuestionSetSpec)
    return reading.document.spec


def test_nodes_find_their_keys() -> None:
    here = Scalar("v", True, 1, 4)
    entries = Entries(((Scalar("k", True, 1, 1), here),), False, 1, 1)
    assert entries.get("k") is here
    assert entries.key("other") is None
    assert Items((here,), True, 1, 1).items[0] is here
