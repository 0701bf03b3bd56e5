"""Discord's refusals as copbot's errors: one table, by Discord's JSON error codes, in words for hosts.

What Discord documents and this rests on (https://docs.discord.com/developers/topics/opcodes-and-status-codes#json): a refusal has a JSON
body with a ``code``, and nothing of it was done; 429 says for how long nothing will be. A lost answer, a timeout and an answer of 5xx say
nothing about what was done (4-platforms.md B2).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from copbot.errors import Gone, NotAuthenticated, NotPermitted, PlatformError, Refused, TryLater, Unclear
from copbot_discord.invite import OPTIONAL, PERMISSIONS
from copbot_discord.names import DISCORD
from copbot_discord.sending import LIMITED, Sending, seconds

_NAMES = {id: permission.name for id, permission in ({**PERMISSIONS, **OPTIONAL}).items()}

SOON = timedelta(seconds=5)
RATE_LIMITED = timedelta(seconds=30)
"""How long to wait where Discord does not say it."""

PORTAL = "discord.com/developers/applications"
TOKEN = f"Copy the token from {PORTAL} -> Bot -> Reset Token into COPBOT_DISCORD__TOKEN and start copbot again."
BY_HAND = "Paste the text into the channel yourself, and tell those who look after copbot which code Discord gave."
BEFORE_SENDING = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError, aiohttp.InvalidURL)
"""What aiohttp raises while no byte of a request has left yet."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What Discord was asked. ``needs``: the permissions it takes, by Discord's names for them; ``repeatable``: asking again does no harm,
    so that nothing about its outcome need be unclear.
    """

    channel: str = ""
    needs: tuple[str, ...] = ()
    repeatable: bool = False

    @property
    def there(self) -> str:
        """The channel, in Markdown."""
        return f"[that channel](place:{DISCORD}:{self.channel})" if self.channel else "that channel"

    @property
    def permissions(self) -> str:
        """The permissions, as a server's settings call them."""
        return ", ".join(_NAMES.get(need, need) for need in self.needs) or "what copbot's invitation asks for"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Discord's code for why something is not done."""

    asked: Asked
    code: int


Make = Callable[[Refusal], PlatformError]


def of_answer(asked: Asked, status: int, code: int, headers: Mapping[str, str]) -> PlatformError:
    """The error that an answer of Discord's stands for; ``code`` is 0 if it has none."""
    if status == LIMITED:
        return TryLater(
            DISCORD, "Discord asks for patience, copbot is asking too much", seconds(headers.get("Retry-After", "")) or RATE_LIMITED
        )
    if status >= 500:
        return unclear(asked, f"Discord answered with HTTP {status} and did not say what it had done")
    if status == 401:
        return of_login()
    if code:
        return _TABLE.get(code, _UNKNOWN)(Refusal(asked, code))
    return _WITHOUT_CODE.get(status, _odd(status))(Refusal(asked, code))


def of_exception(asked: Asked, error: Exception, sending: Sending) -> PlatformError:
    """The error that an exception of aiohttp's stands for. Its text is left out: there may be an address in it."""
    if sending.after is not None and not sending.written:
        return too_many(sending.after)
    if isinstance(error, BEFORE_SENDING) or not sending.written:
        return TryLater(DISCORD, f"Discord cannot be reached ({type(error).__name__})", SOON)
    return unclear(asked, f"Discord's answer got lost ({type(error).__name__})")


def of_login() -> NotAuthenticated:
    """Discord does not accept the token."""
    return NotAuthenticated(DISCORD, "Discord does not accept copbot's token", TOKEN)


def nobody() -> Gone:
    """There is no person with this id."""
    return Gone(DISCORD, "there is no such person here any more", "Name somebody who is there.")


def too_many(after: timedelta) -> TryLater:
    """Discord wants no more requests for so long."""
    return TryLater(DISCORD, "Discord asks for patience, copbot is asking too much", after)


def unclear(asked: Asked, reason: str) -> PlatformError:
    """Unclear; of what may be repeated, TryLater."""
    return TryLater(DISCORD, reason, SOON) if asked.repeatable else Unclear(DISCORD, reason)


def _never(kind: type[Refused], reason: str, remedy: str) -> Make:
    """``{there}``, ``{code}`` and ``{permissions}`` stand for the channel, Discord's code and the permissions that it takes; without a
    remedy, they are to be granted.
    """

    def make(it: Refusal) -> PlatformError:
        words = {"there": it.asked.there, "code": str(it.code), "permissions": it.asked.permissions}
        return kind(DISCORD, reason.format(**words), (remedy or granting(it.asked)).format(**words))

    return make


def granting(asked: Asked) -> str:
    """How a host grants what was lacking."""
    return (IN_CHANNEL if asked.channel else IN_SERVER).format(there=asked.there, permissions=asked.permissions)


def _later(reason: str, after: timedelta) -> Make:
    return lambda _: TryLater(DISCORD, reason, after)


def _odd(status: int) -> Make:
    return _later(f"Discord's address answered with HTTP {status}", RATE_LIMITED)


IN_CHANNEL = "In {there}: Channel settings > Permissions > add copbot, and allow {permissions}."
IN_SERVER = "In Server settings > Roles > copbot, allow {permissions}."
_UNKNOWN = _never(Refused, "Discord refused it with the code {code}", BY_HAND)
_FORM = _never(Refused, "Discord does not take this message as copbot wrote it ({code})", BY_HAND)
_NO_CHANNEL = _never(
    Gone,
    "there is no such channel or thread any more",
    "If it was a thread, ask again with `/cop ask`. If it was the channel, name another in the community file and schedule the chat there.",
)
_NO_MESSAGE = _never(Gone, "the message is not there any more", "Post it again if it is still wanted.")
_NO_SERVER = _never(Gone, "copbot is not in that server any more", "Invite it again; `copbot discord invite` prints the link.")
_NO_EVENT = _never(Gone, "the event is not there any more", "Make it in the server's list of events yourself if it is wanted.")
_NOT_SEEN = _never(
    NotPermitted, "copbot cannot see {there}", IN_CHANNEL.format(there="{there}", permissions="View Channels, {permissions}")
)
_NOT_ALLOWED = _never(NotPermitted, "copbot lacks a permission in {there}: {permissions}", "")
_NO_HISTORY = _never(
    NotPermitted, "copbot cannot read what was said in {there}", IN_CHANNEL.format(there="{there}", permissions="Read Message History")
)
_LOCKED = _never(NotPermitted, "the thread is locked", "Unlock it (thread menu > Unlock thread), or post it yourself.")
_FULL_PINS = _never(NotPermitted, "{there} has as many pins as Discord allows", "Unpin something there.")
_FULL_REACTIONS = _never(NotPermitted, "the message has as many reactions as Discord allows", "React yourself if it is wanted.")
_FULL_THREAD = _never(Refused, "the thread has as many people in it as Discord allows", "Post it yourself.")
_TOO_MANY_THREADS = _never(Refused, "the server has as many open threads as Discord allows", "Close (archive) threads that are over.")
_TOO_MANY_EVENTS = _never(Refused, "the server has as many events as Discord allows", "Delete events that are over.")
_NOT_ALONE = _never(NotPermitted, "this person takes no private messages from copbot", "Write to them yourself.")
_NOT_OWN = _never(NotPermitted, "copbot can only change its own messages", "Ask the person who wrote it.")
_WRONG_CHANNEL = _never(Refused, "{there} is of a kind in which copbot cannot do that ({code})", "Choose a text channel or a forum.")
_LATE = _never(Refused, "Discord takes an answer only for a short time after what somebody did", "Do it again.")
_BIG = _never(Refused, "Discord takes no file that large ({code})", "Attach it yourself, or elsewhere.")
_FILTERED = _never(
    Refused,
    "a rule of the server's AutoMod keeps this message out",
    "Let copbot pass in Server settings > AutoMod, or post it yourself.",
)
_TAGS = _never(Refused, "{there} wants a tag that copbot may not give", "Make a tag in {there} that everybody may use, or require none.")
_VERIFY = _never(NotAuthenticated, "Discord wants copbot's owner to confirm the account", f"Look at {PORTAL}.")

_WITHOUT_CODE: Mapping[int, Make] = {
    400: _FORM,
    403: _NOT_ALLOWED,
    404: _NO_CHANNEL,
    413: _BIG,
}

_TABLE: Mapping[int, Make] = {
    10003: _NO_CHANNEL,
    10004: _NO_SERVER,
    10008: _NO_MESSAGE,
    10014: _never(Refused, "Discord does not know this emoji", "React yourself if it is wanted."),
    10070: _NO_EVENT,
    20016: _later("the channel is in slow mode", SOON),
    20022: _later("Discord asks for patience, copbot edits too much", RATE_LIMITED),
    20028: _later("Discord asks for patience, copbot is posting too fast", RATE_LIMITED),
    20029: _later("Discord asks for patience, copbot is posting too fast", RATE_LIMITED),
    30003: _FULL_PINS,
    30010: _FULL_REACTIONS,
    30033: _FULL_THREAD,
    30038: _TOO_MANY_EVENTS,
    30046: _later("Discord asks for patience: an old message was edited too often", timedelta(hours=1)),
    40001: lambda _: of_login(),
    40002: _VERIFY,
    40060: _never(Refused, "this was answered already", "Do it again."),
    40066: _never(Refused, "there are no tags in {there} that can be used", "Make a tag there that everybody may use."),
    40067: _TAGS,
    40333: _later("Discord's protection keeps copbot out for a while", timedelta(minutes=1)),
    50001: _NOT_SEEN,
    50005: _NOT_OWN,
    50013: _NOT_ALLOWED,
    50019: _FULL_PINS,
    50021: _never(Refused, "this cannot be done to a message of Discord's own", "Choose another message."),
    50083: _LOCKED,  # a thread that is only archived is opened by whoever posts in it
    90001: _never(NotPermitted, "somebody there has blocked copbot", "React yourself if it is wanted."),
    160002: _never(
        NotPermitted, "copbot cannot read what was said in {there}", IN_CHANNEL.replace("{permissions}", "Read Message History")
    ),
    160005: _LOCKED,
    180000: _NO_EVENT,
    **dict.fromkeys((40005, 50045), _BIG),
    **dict.fromkeys((50007, 50278), _NOT_ALONE),
    **dict.fromkeys((50006, 50035, 50068, 50109), _FORM),
    **dict.fromkeys((50008, 50024), _WRONG_CHANNEL),
    **dict.fromkeys((10015, 10062, 50027), _LATE),
    **dict.fromkeys((10007, 10013, 50033), lambda _: nobody()),
    **dict.fromkeys((200000, 200001, 240000), _FILTERED),
    **dict.fromkeys((160006, 160007), _TOO_MANY_THREADS),
}
