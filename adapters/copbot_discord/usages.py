"""Commands in what copbot says, as people type them on Discord: ``/cop preview chat:1`` where the core says ``/cop preview chat=1``."""

import re
from collections.abc import Sequence
from dataclasses import replace

from copbot.domain.message import FormErrors, Message, Private, Reply
from copbot.ports.platform import CommandSpec
from copbot_discord.commands import FROM_MENUS_ONLY, behind_more
from copbot_discord.typed import COMMAND, MORE, VERB, WORDS

CODE = re.compile(rf"(?<!\\)`(?:/{COMMAND} (?P<verb>[a-z-]+)(?P<rest>[^`\n]*)|(?P<option>[a-z-]+=[A-Z]+))`")
PIECE = re.compile(r"""(\[?)([a-z][a-z-]*)=(?:"([^"]*)"|([^\s\]]*))(\]?)""")
"""An option with its value; in brackets it may be left out."""


class Usages:
    """``specs``: what copbot offers. A verb that has no subcommand stands behind ``/cop more``, or in messages' menus."""

    def __init__(self, specs: Sequence[CommandSpec]) -> None:
        self._behind = frozenset(behind_more(specs))
        self._menus = {spec.verb: spec.on_message for spec in specs if spec.verb in FROM_MENUS_ONLY and spec.on_message}

    def text(self, text: str) -> str:
        """Markdown with its commands, which stand in code, as they are typed here."""
        return CODE.sub(self._here, text) if "`" in text else text

    def message(self, message: Message) -> Message:
        """The same for a message."""
        text = self.text(message.text)
        return message if text == message.text else replace(message, text=text)

    def reply(self, reply: Reply) -> Reply:
        """The same for whatever answers somebody."""
        match reply:
            case Private(message):
                return replace(reply, message=self.message(message))
            case FormErrors(errors):
                return FormErrors({name: self.text(wrong) for name, wrong in errors.items()})
            case _:
                return reply

    def _here(self, found: re.Match[str]) -> str:
        if found["option"]:
            return f"`{PIECE.sub(_option, found['option'])}`"
        verb, rest = found["verb"], found["rest"].strip()
        if verb in self._menus:
            return f"`Apps > {self._menus[verb]}`"
        if verb in self._behind:
            return f"`/{COMMAND} {MORE} {' '.join(filter(None, (f'{VERB}:{verb}', _words(rest))))}`"
        options = [_option(piece) for piece in PIECE.finditer(rest)]
        words = _words(" ".join(PIECE.sub("", rest).split()))
        return f"`{' '.join(filter(None, (f'/{COMMAND} {verb}', words, *options)))}`"


def _option(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}:{found[3] or found[4] or ''}{found[5]}"


def _words(words: str) -> str:
    """Free text, which is an option like others."""
    if not words:
        return ""
    return f"[{WORDS}:{words[1:]}" if words.startswith("[") else f"{WORDS}:{words}"
