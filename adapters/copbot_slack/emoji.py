"""Slack names reactions, ``+1``; the port has them as characters. Those that people use most, both ways; others keep Slack's name."""

from collections.abc import Mapping

_NAMES: Mapping[str, str] = {
    "👍": "+1",
    "👎": "-1",
    "❤️": "heart",
    "👋": "wave",
    "👏": "clap",
    "💡": "bulb",
    "🤔": "thinking_face",
    "✅": "white_check_mark",
    "☑️": "ballot_box_with_check",
    "🎉": "tada",
    "👀": "eyes",
    "🙏": "pray",
    "🙌": "raised_hands",
    "✋": "hand",
    "💪": "muscle",
    "🤝": "handshake",
    "😀": "grinning",
    "😄": "smile",
    "😂": "joy",
    "😊": "blush",
    "🙂": "slightly_smiling_face",
    "😍": "heart_eyes",
    "😮": "open_mouth",
    "😢": "cry",
    "🔥": "fire",
    "💯": "100",
    "🚀": "rocket",
    "⭐": "star",
    "➕": "heavy_plus_sign",
    "❓": "question",
    "📌": "pushpin",
}
_ALIASES = {"thumbsup": "👍", "thumbsdown": "👎", "raised_hand": "✋", "thinking": "🤔"}
_CHARACTERS = {name: character for character, name in _NAMES.items()} | _ALIASES
_PLAIN_NAMES = {character.rstrip("\ufe0f"): name for character, name in _NAMES.items()}


def name_of(emoji: str) -> str:
    """Slack's name, without colons, for a character or ``:name:``."""
    return _PLAIN_NAMES.get(emoji.rstrip("\ufe0f"), emoji.strip(":"))


def emoji_of(name: str) -> str:
    """The character for Slack's name, whatever its skin tone (``+1::skin-tone-3``); ``:name:`` for what is not known."""
    return _CHARACTERS.get(name.partition("::")[0], f":{name}:")
