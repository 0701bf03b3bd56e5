"""What the bot says, as Discord shows it: words first, buttons beneath. Files go their own way.

Limits: 2,000 characters of words whatever they look like, 25 buttons in rows of five, 100 characters of a thread's name
(4-platforms.md B4; https://docs.discord.com/developers/resources/message).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from copbot.domain.message import Message
from copbot.kit.markdown import parse
from copbot.kit.nodes import Block
from copbot.kit.phrases import cut
from copbot.kit.split import split, split_text
from copbot.ports.platform import Limits
from copbot_discord.components import Element, rows_of
from copbot_discord.marks import lines_kept, literal, marked, mentioned

LIMITS = Limits(text=1900, buttons=10, title=100)
"""A text of this length rarely has more than 2,000 characters in Discord's own writing; where it has, ``parts_of`` splits it again."""

CONTENT_MOST = 2000
MENTIONED_MOST = 100
CUT_SHORT = "\n… (The rest does not fit here.)"
NAMELESS = "…"
"""What stands where there are no letters: Discord takes no empty words."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What goes into a message: ``content``, ``components`` and ``allowed_mentions`` as in Discord's API.

    ``kept``: the values of buttons that did not fit into them, to be kept by these names before the message is posted.
    """

    content: str
    components: list[Element]
    allowed_mentions: Element
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> Element:
        """The three as the body of a request."""
        return {"content": self.content, "components": self.components, "allowed_mentions": self.allowed_mentions}


def render(message: Message, mark: str = "") -> Rendered:
    """A message for Discord, within its limits whatever it says. ``mark`` is the hash of its key, for what has one.

    Nobody is called but those whom the bot means: what people typed cannot.
    """
    blocks = parse(message.text)
    rows = rows_of(message.buttons, mark)
    return Rendered(_content(message.text, blocks), rows.components, _mentions(blocks), rows.kept)


def parts_of(message: Message) -> tuple[Message, ...]:
    """The message as posts that each fit, whatever Discord's writing adds to it; the last one carries the buttons and files.

    Raises ValueError if there are more buttons than fit under one post.
    """
    parts = [replace(part, text=text) for part in split(message, LIMITS) for text in _fitting(part.text, CONTENT_MOST)]
    return (*(Message(part.text) for part in parts[:-1]), parts[-1])


def title_of(title: str) -> str:
    """The name of a thread or a forum post: words in one line, never none, of at most 100 characters."""
    return cut(" ".join(title.split()), LIMITS.title) if any(map(str.isprintable, title.strip())) else NAMELESS


def _content(text: str, blocks: Sequence[Block]) -> str:
    said = _said(text, blocks)
    if len(said) <= CONTENT_MOST:
        return said
    first = next(_fitting(text, CONTENT_MOST - len(CUT_SHORT)))
    return f"{_said(first, parse(first))}{CUT_SHORT}"


def _said(text: str, blocks: Sequence[Block]) -> str:
    for said in (marked(blocks), lines_kept(literal(text))):
        if any(letter.isprintable() and not letter.isspace() for letter in said):
            return said
    return NAMELESS


def _fitting(text: str, most: int) -> Iterator[str]:
    """The text in parts none of which is longer than this in Discord's writing."""
    if len(text) <= LIMITS.text and len(_said(text, parse(text))) <= most:
        yield text
    else:
        for part in split_text(text, LIMITS.text if len(text) > LIMITS.text else len(text) * 3 // 5):
            yield from _fitting(part, most)


def _mentions(blocks: Sequence[Block]) -> Element:
    """https://docs.discord.com/developers/resources/message#allowed-mentions-object: an empty ``parse`` calls nobody but these."""
    users = mentioned(blocks)[:MENTIONED_MOST]
    return {"parse": [], **({"users": users} if users else {})}
