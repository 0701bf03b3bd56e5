"""copbot's commands as Discord registers them: ``/cop`` with a subcommand for each verb, and entries in messages' menus.

Limits: 25 subcommands, options and choices, 32 characters of a name in lower case, 100 of a description, 15 entries in a menu, 8,000
characters in all (4-platforms.md B4; https://docs.discord.com/developers/interactions/application-commands).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b

import structlog

from copbot.errors import NotAuthenticated, Refused
from copbot.kit.phrases import cut
from copbot.ports.keeping import Keeping
from copbot.ports.platform import CommandSpec, OptionSpec
from copbot_discord.components import Element
from copbot_discord.names import DISCORD
from copbot_discord.sending import Call
from copbot_discord.typed import COMMAND, MORE, VERB, WORDS
from copbot_discord.web import Web

SUBCOMMANDS_MOST = 25
MENU_MOST = 15
SUMMARY_MOST = 100
NAME_MOST = 32
CHOICES_MOST = 25

CHAT_INPUT, ON_MESSAGE = 1, 3
SUBCOMMAND, TEXT = 1, 3
EVERYWHERE = {"integration_types": [0], "contexts": [0, 1]}
"""Installed in servers; to be used there and in private messages with copbot."""

FROM_MENUS_ONLY = ("report",)
"""Verbs that mean something only about a message."""

SUMMARY = "copbot: chats about practice"
MORE_SUMMARY = "everything else that copbot can do"
KEPT = "commands"

LOCALES = frozenset(
    {
        *(
            "id",
            "da",
            "de",
            "en-GB",
            "en-US",
            "es-ES",
            "es-419",
            "fr",
            "hr",
            "it",
            "lt",
            "hu",
            "nl",
            "no",
            "pl",
            "pt-BR",
            "ro",
            "fi",
            "sv-SE",
        ),
        *("vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"),
    }
)
"""https://docs.discord.com/developers/reference#locales."""

log = structlog.get_logger(__name__)
Names = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Locale -> verb, option or menu entry -> its ``name`` and ``summary`` there."""


class Registration:
    """The commands that Discord knows. Changed only where they are others than last time: each change may take a while to be seen."""

    def __init__(self, web: Web, keeping: Keeping, specs: Sequence[CommandSpec], names: Names) -> None:
        self._web = web
        self._keeping = keeping
        self._commands = commands_of(specs, names)

    async def sync(self, application: str) -> bool:
        """Register what is not registered yet; True if that was done. What Discord refuses leaves copbot without them, but not deaf.

        Raises NotAuthenticated, or TryLater while Discord does not answer.
        """
        key, digest = f"{KEPT}:{application}", digest_of(self._commands)
        if await self._keeping.get(key) == digest:
            return False
        call = Call("PUT", "/applications/{application_id}/commands", {"application_id": application}, self._commands)
        try:
            await self._web.change(call)
        except NotAuthenticated:
            raise
        except Refused as refused:
            log.error("Discord did not take the commands", action="commands_refused", platform=DISCORD, reason=refused.reason)
            return False
        await self._keeping.put(key, digest)
        return True


def commands_of(specs: Sequence[CommandSpec], names: Names | None = None) -> list[Element]:
    """All commands, as the body of one request that replaces whatever was there."""
    localised = _Localised(names or {})
    entries = [spec.on_message for spec in specs if spec.on_message][:MENU_MOST]
    menu = [{"type": ON_MESSAGE, "name": cut(entry, NAME_MOST), **EVERYWHERE, **localised.name(entry)} for entry in entries]
    return [{**_named(localised, COMMAND, SUMMARY), "type": CHAT_INPUT, **EVERYWHERE, "options": _subcommands(specs, localised)}, *menu]


def digest_of(commands: list[Element]) -> bytes:
    """A hash of the commands."""
    return blake2b(json.dumps(commands, sort_keys=True).encode(), digest_size=16).hexdigest().encode()


def faults_in(names: Names, specs: Sequence[CommandSpec]) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong with names in other languages: where it stands, and what to write instead."""
    entries = {spec.on_message for spec in specs if spec.on_message}
    options = {option.name for spec in specs for option in spec.options}
    known = {COMMAND, MORE, VERB, WORDS, *(spec.verb for spec in specs), *options, *entries}
    for locale, named in names.items():
        if locale not in LOCALES:
            yield (locale,), f"Discord has no language “{locale}”; it has {', '.join(sorted(LOCALES))}"
        for what, told in named.items():
            if what not in known:
                yield (locale, what), f"there is no command, option or menu entry “{what}”"
                continue
            for part, fault in _faults_of(told, in_menu=what in entries):
                yield (locale, what, part), fault


def _faults_of(told: Mapping[str, str], *, in_menu: bool) -> Iterator[tuple[str, str]]:
    for part, words in told.items():
        if part not in ("name", "summary"):
            yield part, "write name or summary"
        elif part == "summary" and not 0 < len(words) <= SUMMARY_MOST:
            yield part, f"at most {SUMMARY_MOST} characters, and at least one"
        elif part == "name" and not _is_name(words, in_menu=in_menu):
            yield part, f"at most {NAME_MOST} characters" if in_menu else f"1 to {NAME_MOST} lower-case letters, digits, - and _"


def behind_more(specs: Sequence[CommandSpec]) -> list[str]:
    """The verbs for which there is no subcommand left."""
    return [spec.verb for spec in _shared_out(specs)[1]]


def _shared_out(specs: Sequence[CommandSpec]) -> tuple[list[CommandSpec], list[CommandSpec]]:
    """Those with a subcommand of their own, and those behind ``/cop more``."""
    own = [spec for spec in specs if spec.verb not in FROM_MENUS_ONLY]
    most = SUBCOMMANDS_MOST if len(own) <= SUBCOMMANDS_MOST else SUBCOMMANDS_MOST - 1
    return own[:most], own[most:]


def _subcommands(specs: Sequence[CommandSpec], localised: "_Localised") -> list[Element]:
    first, rest = _shared_out(specs)
    return [*(_subcommand(spec, localised) for spec in first), *([_more(rest, localised)] if rest else ())]


def _subcommand(spec: CommandSpec, localised: "_Localised") -> Element:
    options = [_option(option, localised) for option in spec.options]
    words = [{**_named(localised, WORDS, spec.free), "type": TEXT}] if spec.free else []
    return {**_named(localised, spec.verb, spec.summary), "type": SUBCOMMAND, "options": [*options, *words]}


def _option(option: OptionSpec, localised: "_Localised") -> Element:
    """An option with as many choices as fit; otherwise copbot is asked for some while somebody types, if it knows any."""
    made = {**_named(localised, option.name, option.summary), "type": TEXT}
    if 0 < len(option.choices) <= CHOICES_MOST:
        return {**made, "choices": [{"name": choice, "value": choice} for choice in option.choices]}
    return {**made, **({"autocomplete": True} if option.completed else {})}


def _more(rest: Sequence[CommandSpec], localised: "_Localised") -> Element:
    choices = [{"name": cut(f"{spec.verb}: {spec.summary}", SUMMARY_MOST), "value": spec.verb} for spec in rest[:CHOICES_MOST]]
    which = {**_named(localised, VERB, "what to do"), "type": TEXT, "choices": choices, "required": True}
    words = {**_named(localised, WORDS, "what belongs to it, as it is typed elsewhere"), "type": TEXT}
    return {**_named(localised, MORE, MORE_SUMMARY), "type": SUBCOMMAND, "options": [which, words]}


def _named(localised: "_Localised", name: str, summary: str) -> Element:
    return {"name": name, "description": cut(summary, SUMMARY_MOST) or name, **localised.name(name), **localised.summary(name)}


class _Localised:
    """The same in other languages, as far as Discord takes it."""

    def __init__(self, names: Names) -> None:
        self._names = {locale: named for locale, named in names.items() if locale in LOCALES}

    def name(self, what: str) -> Element:
        found = {locale: told.get("name", "") for locale, told in self._of(what)}
        fitting = {locale: name for locale, name in found.items() if _is_name(name, in_menu=not _is_name(what, in_menu=False))}
        return {"name_localizations": fitting} if fitting else {}

    def summary(self, what: str) -> Element:
        found = {locale: cut(told["summary"], SUMMARY_MOST) for locale, told in self._of(what) if told.get("summary")}
        return {"description_localizations": found} if found else {}

    def _of(self, what: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        return ((locale, named[what]) for locale, named in self._names.items() if what in named)


def _is_name(name: str, *, in_menu: bool) -> bool:
    if not 1 <= len(name) <= NAME_MOST:
        return False
    return in_menu or (name == name.lower() and all(letter.isalnum() or letter in "-_'" for letter in name))
