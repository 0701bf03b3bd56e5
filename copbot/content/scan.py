"""Reading YAML line by line, for what a parser says nothing about or cannot get past.

Two sets of rules. *Silent* ones find what YAML accepts and people do not mean; they run on every file. *Broken* ones
explain a file that is not YAML; they run only then. Each names the corrected line (2-domain.md 7.8).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from copbot.content.finding import Finding
from copbot.content.nodes import RESERVED, without_curly_quotes

_INVISIBLE = re.compile("[\u00a0\u200b\u200c\u200d\u2007\u202f\u2060\ufeff]")
_SPACE = " \t\u00a0\u200b\u2007\u202f\ufeff"
_LINE = re.compile(
    rf"(?P<indent>[{_SPACE}]*)(?P<dashes>(?:-[{_SPACE}]+)*)"
    rf"(?:(?P<key>[A-Za-z_][\w.-]*|\"[^\"]*\")[ ]*:(?P<gap>[{_SPACE}]+|$))?(?P<value>.*)"
)
_BULLET = re.compile(r"(?P<indent>\s*)(?P<bullet>[–—•·‣*])[\s\u00a0]+(?P<rest>\S.*)")
_GLUED = re.compile(r"(?P<indent>\s*)-(?P<rest>[^\W\d_].*|[\"'“‘].*)")
_BLOCK = re.compile(r"[|>][+-]?\d?[+-]?\s*(#.*)?")
_SINGLE = re.compile(r"'(?:[^']|'')*'")
_DOUBLE = re.compile(r'"(?:[^"\\]|\\.)*"')
_PLAIN_FACT = re.compile(r"\d+|true|false")
_NOTHING_MORE = re.compile(r"\s*(#.*)?")


@dataclass(frozen=True, slots=True)
class Line:
    """One source line taken apart. ``before`` is everything in front of the value."""

    number: int
    text: str
    indent: str
    dashes: str
    key: str
    value: str
    above: "Line | None" = None

    @property
    def before(self) -> str:
        """Indentation, hyphens and key."""
        return self.text[: len(self.text) - len(self.value)]

    @property
    def column(self) -> int:
        """Where the value starts, from 1."""
        return len(self.before) + 1

    @property
    def is_written_plainly(self) -> bool:
        """Whether the value has no quotes, brackets or block sign round it."""
        return bool(self.value) and self.value[0] not in "\"'[{|>#“‘"

    def corrected(self, value: str) -> str:
        """The line with another value, without a hard space in front of it."""
        before = self.before if not self.key or self.before.endswith((" ", "\t")) else self.before + " "
        return before + value


Rule = Callable[[Line], Finding | None]


def double_quoted(value: str) -> str:
    r"""The text in double quotes, as YAML reads it: ``\`` and ``"`` escaped."""
    text = without_curly_quotes(value.strip())
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def scan_silent(text: str, keys: frozenset[str]) -> list[Finding]:
    """What YAML would accept without a word. ``keys`` are all the keys that any file may hold."""
    rules: tuple[Rule, ...] = (_invisible, _bullet, _glued_hyphen, _glued_colon(keys), _lost_value, _lost_end, _curly)
    return _first_of_each(_lines(text), rules)


def scan_broken(text: str) -> list[Finding]:
    """Why the text may not be YAML."""
    rules: tuple[Rule, ...] = (
        _tab, _name, _reserved, _bracketed, _block_text, _half_quoted, _unclosed, _colon_inside, _second_line,
    )  # fmt: skip
    return _first_of_each(_lines(text), rules)


def repaired(text: str, findings: Sequence[Finding]) -> str:
    """The text with every line that can be corrected on its own corrected."""
    lines = text.split("\n")
    for finding in findings:
        if finding.repair is not None:
            lines[finding.line - 1] = finding.repair
    return "\n".join(lines)


def _first_of_each(lines: Iterator[Line], rules: Sequence[Rule]) -> list[Finding]:
    return [finding for line in lines if (finding := next(filter(None, (rule(line) for rule in rules)), None))]


def _lines(text: str) -> Iterator[Line]:
    """The lines that hold structure: no blank lines, comments, block texts or inner lines of a quoted text."""
    above: Line | None = None
    block_indent: int | None = None
    quote = ""
    for number, raw in enumerate(text.split("\n"), start=1):
        source = raw.rstrip("\r")
        if not source.strip() or (block_indent is None and not quote and source.lstrip().startswith("#")):
            continue
        indent = len(source) - len(source.lstrip())
        if block_indent is not None and indent > block_indent:
            continue
        block_indent = None
        if quote and not _starts_something(source):
            quote = "" if quote in source else quote
            continue
        line = _take_apart(number, source, above)
        block_indent = indent if _BLOCK.fullmatch(line.value) else None
        quote = line.value[0] if _is_open_quote(line.value) else ""
        above = line
        yield line


def _take_apart(number: int, source: str, above: Line | None) -> Line:
    match = _LINE.fullmatch(source)
    assert match
    parts = {name: part or "" for name, part in match.groupdict().items()}
    return Line(number, source, parts["indent"], parts["dashes"], parts["key"], parts["value"], above)


def _starts_something(source: str) -> bool:
    match = _LINE.fullmatch(source)
    return bool(match and (match["key"] or match["dashes"]))


def _is_open_quote(value: str) -> bool:
    return (value[:1] == '"' and not _DOUBLE.match(value)) or (value[:1] == "'" and not _SINGLE.match(value))


def _invisible(line: Line) -> Finding | None:
    match = _INVISIBLE.search(line.before)
    if not match:
        return None
    repair = _INVISIBLE.sub(lambda found: "" if found[0] in "\u200b\u200c\u200d\u2060\ufeff" else " ", line.before) + line.value
    what = f"There is an invisible character from Word or a web page on line {line.number}; retype the spaces before the text."
    return Finding(line.number, match.start() + 1, "invisible-character", what, repair=repair)


def _bullet(line: Line) -> Finding | None:
    match = _BULLET.fullmatch(line.text)
    if not match or not (_opens_a_list(line) or re.match(r"\w+:(\s|$)", match["rest"])):
        return None
    repair = f"{match['indent']}- {match['rest']}"
    what = "Use a hyphen and a space for list items."
    return Finding(line.number, len(match["indent"]) + 1, "list-dash", what, repair.strip(), repair)


def _glued_hyphen(line: Line) -> Finding | None:
    match = _GLUED.fullmatch(line.text)
    if not match or line.text.startswith("---") or not _opens_a_list(line):
        return None
    repair = f"{match['indent']}- {match['rest']}"
    what = "A list item needs a space after the hyphen."
    return Finding(line.number, len(match["indent"]) + 1, "hyphen-space", what, repair.strip(), repair)


def _opens_a_list(line: Line) -> bool:
    """Whether a list may stand here: after a key without a value, or after another item."""
    above = line.above
    return above is not None and ((bool(above.key) and not above.value) or bool(above.dashes) or above.text.lstrip()[:1] in "-–—•·‣*")


def _glued_colon(keys: frozenset[str]) -> Rule:
    pattern = re.compile(r"(\s*(?:-\s+)*)(" + "|".join(sorted(map(re.escape, keys))) + r"):(?=[^\s/])(.*)")

    def glued_colon(line: Line) -> Finding | None:
        match = pattern.fullmatch(line.text)
        if not match:
            return None
        value = match[3] if match[3][0] in "\"'[{|>" else double_quoted(match[3])
        repair = f"{match[1]}{match[2]}: {value}"
        what = f"{match[2]}: needs a space after the colon."
        return Finding(line.number, len(match[1]) + len(match[2]) + 2, "colon-space", what, repair.strip(), repair)

    return glued_colon


def _lost_value(line: Line) -> Finding | None:
    if not re.match(r"#\w", line.value):
        return None
    return _requoted(line, "comment-value", "Everything after # is a comment. Put quotes round it.")


def _lost_end(line: Line) -> Finding | None:
    match = re.search(r"\s#\w", line.value)
    if not match or not line.is_written_plainly or _PLAIN_FACT.fullmatch(line.value[: match.start()].strip()):
        return None
    what = (
        "Everything after # is a comment, so the end of this text is lost. Put quotes round it. (A real comment has a space after the #.)"
    )
    return _requoted(line, "comment-in-text", what)


def _curly(line: Line) -> Finding | None:
    if without_curly_quotes(line.value) == line.value:
        return None
    what = "These are the curly quotes of a word processor; copbot leaves them out. Use straight ones."
    repair = line.corrected(double_quoted(line.value))
    return Finding(line.number, line.column, "curly-quotes", what, repair.strip(), repair, is_warning=True)


def _tab(line: Line) -> Finding | None:
    if "\t" not in line.indent + line.dashes:
        return None
    above = line.above
    indent = "" if above is None else above.indent if above.value else above.indent + "  "
    repair = indent.replace("\t", "  ") + line.text.lstrip()
    return Finding(line.number, line.text.index("\t") + 1, "tab", "Use spaces, not Tab, at the start of a line.", repair=repair)


def _name(line: Line) -> Finding | None:
    if not line.value.startswith("@"):
        return None
    return _requoted(line, "reserved-character", "Names that start with @ need quotes.")


def _reserved(line: Line) -> Finding | None:
    if line.value[:1] not in tuple("`%!&*") or not (line.key or line.dashes):
        return None
    return _requoted(line, "reserved-character", RESERVED)


def _bracketed(line: Line) -> Finding | None:
    closing = {"[": "]", "{": "}"}.get(line.value[:1])
    if closing is None or closing not in line.value:
        return None
    if re.fullmatch(r"[\s\]}]*,?\s*(#.*)?", line.value[line.value.rindex(closing) + 1 :]):
        return None
    return _requoted(line, "reserved-character", RESERVED)


def _block_text(line: Line) -> Finding | None:
    if line.value[:1] not in ("|", ">") or _BLOCK.fullmatch(line.value):
        return None
    sign, text = line.value[0], line.value[1:].strip()
    inner = " " * (len(line.indent + line.dashes) + 2)
    paste = f"{line.key}: {sign}\n{inner.lstrip() or '  '}{text}"
    what = f"Put the text on the next line, indented, after `{sign}`."
    return Finding(line.number, line.column, "block-text", what, paste, line.corrected(double_quoted(text)))


def _half_quoted(line: Line) -> Finding | None:
    match = (_SINGLE if line.value[:1] == "'" else _DOUBLE).match(line.value)
    if not match or _NOTHING_MORE.fullmatch(rest := line.value[match.end() :]) or rest.lstrip().startswith((",", "]", "}", ":")):
        return None
    if line.value[0] == "'" and rest[0].isalpha():
        return _requoted(line, "apostrophe", "Use double quotes when there's an apostrophe.", line.value.strip().strip("'"))
    return _requoted(line, "half-quoted", "Text that starts with a quote must end with it: use double quotes outside.")


def _unclosed(line: Line) -> Finding | None:
    """A quote that never closes shows only at the next line, so the rule looks back."""
    above = line.above
    if above is None or not _is_open_quote(above.value) or not (line.key or line.dashes):
        return None
    repair = above.corrected(double_quoted(above.value[1:]))
    return Finding(
        above.number, above.column, "unclosed-quote", "The quote at the start has no partner at the end.", repair.strip(), repair
    )


def _colon_inside(line: Line) -> Finding | None:
    if not line.is_written_plainly or not line.key or not re.search(r":(\s|$)", line.value):
        return None
    return _requoted(line, "colon-in-text", "There's a colon inside the text. Put quotes round the whole text.")


def _second_line(line: Line) -> Finding | None:
    above = line.above
    if above is None or line.key or line.dashes or not above.is_written_plainly or len(line.indent) > len(above.indent):
        return None
    repair = " " * (len(above.indent + above.dashes) + 2) + line.value
    return Finding(
        line.number,
        1,
        "second-line",
        "Indent the second line, or use `>` after the key and put the text below it.",
        "  " + line.value,
        repair,
    )


def _requoted(line: Line, code: str, what: str, value: str | None = None) -> Finding:
    repair = line.corrected(double_quoted(line.value if value is None else value))
    return Finding(line.number, line.column, code, what, repair.strip(), repair)
