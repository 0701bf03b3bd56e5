"""Slack's refusals as copbot's errors: one table, by Slack's error codes, in words for hosts.

What Slack documents and this rests on (4-platforms.md A3, A4, A6): 429 comes with ``Retry-After``; of ``internal_error`` and
``fatal_error`` "it's possible some aspect of the operation succeeded"; any other ``"ok": false`` was not done. A lost answer, a timeout
and an answer of 5xx without a code say nothing about what was done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp

from copbot.errors import Gone, NotAuthenticated, NotPermitted, PlatformError, Refused, TryLater, Unclear
from copbot_slack.names import SLACK

BEFORE_SENDING = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError, aiohttp.InvalidURL)
"""What aiohttp raises while no byte of a request has left yet."""

SOON = timedelta(seconds=5)
RATE_LIMITED = timedelta(seconds=30)
"""How long to wait where Slack does not say it. Slack names the seconds in ``Retry-After`` for every 429."""

APPS = "api.slack.com/apps"
TOKENS = f"Copy the Bot User OAuth Token from {APPS} -> OAuth & Permissions into COPBOT_SLACK__BOT_TOKEN and start copbot again."
BY_HAND = "Paste the text into the channel yourself, and tell those who look after copbot which code Slack gave."
ADD_SCOPE = f"Add {{needed}} at {APPS} -> OAuth & Permissions -> Bot Token Scopes, then install the app again."
ASK_OWNERS = "Ask the owners of your workspace to let copbot"


@dataclass(frozen=True, slots=True)
class Asked:
    """What Slack was asked. ``repeatable``: asking again does no harm, so that nothing about its outcome need be unclear."""

    channel: str = ""
    repeatable: bool = False

    @property
    def there(self) -> str:
        """The channel, in Markdown."""
        return f"[that channel](place:{SLACK}:{self.channel})" if self.channel.startswith(("C", "G")) else "that channel"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Slack's code for why something is not done, and the scope that it says is ``needed``."""

    asked: Asked
    code: str
    needed: str = ""


Make = Callable[[Refusal], PlatformError]


def of_answer(asked: Asked, status: int, headers: Mapping[str, str], data: object) -> PlatformError:
    """The error that an answer of Slack's stands for. ``data`` is its JSON, if it has any."""
    answer: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    code = str(answer.get("error", ""))
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return TryLater(SLACK, "Slack asks for patience, copbot is posting too fast", _retry_after(headers))
    if code:
        return _TABLE.get(code, _UNKNOWN)(Refusal(asked, code, str(answer.get("needed", ""))))
    if 400 <= status < 500:
        return TryLater(SLACK, f"Slack's address answered with HTTP {status}", RATE_LIMITED)
    return unclear(asked, f"Slack answered with HTTP {status} and did not say what it had done")


def of_exception(asked: Asked, error: Exception) -> PlatformError:
    """The error that an exception of the SDK's or aiohttp's stands for. Its text is left out: there may be an address in it."""
    if isinstance(error, BEFORE_SENDING):
        return TryLater(SLACK, f"Slack cannot be reached ({type(error).__name__})", SOON)
    return unclear(asked, f"Slack's answer got lost ({type(error).__name__})")


def unclear(asked: Asked, reason: str) -> PlatformError:
    """Unclear; of what may be repeated, TryLater."""
    return TryLater(SLACK, reason, SOON) if asked.repeatable else Unclear(SLACK, reason)


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    seconds = headers.get("Retry-After", "")
    return timedelta(seconds=max(int(seconds), 1)) if seconds.isdecimal() else RATE_LIMITED


def _perhaps(reason: str) -> Make:
    return lambda it: unclear(it.asked, reason)


def _later(reason: str, after: timedelta) -> Make:
    return lambda _: TryLater(SLACK, reason, after)


def _never(kind: type[Refused], reason: str, remedy: str) -> Make:
    """``{there}``, ``{code}`` and ``{needed}`` stand for the channel, Slack's code and the missing scope."""

    def make(it: Refusal) -> PlatformError:
        needed = f"`{it.needed}`" if it.needed else "that copbot's manifest names"
        words = {"there": it.asked.there, "code": f"`{it.code}`", "needed": needed}
        return kind(SLACK, reason.format(**words), remedy.format(**words))

    return make


_UNKNOWN = _never(Refused, "Slack refused it with the code {code}", BY_HAND)
_FORM = _never(Refused, "Slack does not take this message as copbot wrote it ({code})", BY_HAND)
_LATE = _never(Refused, "Slack opens a form only within three seconds", "Type it again.")
_TOKEN = _never(NotAuthenticated, "Slack does not accept copbot's token ({code})", TOKENS)
_HIDDEN = _never(NotPermitted, "a rule of your workspace keeps copbot out ({code})", f"{ASK_OWNERS} in.")
_NOBODY = _never(Gone, "there is no such person in this workspace any more", "Name somebody who is there.")
_NO_MESSAGE = _never(Gone, "the message is not there any more", "Post it again if it is still wanted.")
_NOT_THERE = _never(NotPermitted, "copbot is not in {there}", "Type `/invite @copbot` there.")
_NOT_OWN = _never(NotPermitted, "copbot can only change its own messages", "Ask the person who wrote it.")
_NO_MARK = _never(NotPermitted, "{there} does not take this mark ({code})", "Mark the message yourself.")
_NO_FILES = _never(NotPermitted, "Slack does not take copbot's file ({code})", f"{ASK_OWNERS} upload files, or attach it yourself.")
_NOT_ALONE = _never(NotPermitted, "copbot cannot write to this person alone", "Write to them yourself.")

_TABLE: Mapping[str, Make] = {
    "internal_error": _perhaps("Slack had an error of its own and may have done it"),
    "fatal_error": _perhaps("Slack had an error of its own and may have done it"),
    "service_unavailable": _later("Slack is not available just now", timedelta(seconds=10)),
    "request_timeout": _later("Slack did not get all of the message", SOON),
    "message_limit_exceeded": _later("people in this workspace are posting too much for Slack", timedelta(minutes=1)),
    "file_not_found": _later("Slack did not get all of the file", SOON),
    "external_channel_migrating": _later("Slack is moving the channel", timedelta(minutes=1)),
    "team_added_to_org": _later("Slack is moving the workspace into an organisation", timedelta(minutes=5)),
    "not_in_channel": _NOT_THERE,
    "channel_not_found": _never(
        Gone, "there is no such channel, or copbot is not in it", "If {there} is still there, type `/invite @copbot` in it."
    ),
    "is_archived": _never(Gone, "{there} is archived", "Unarchive it and type `/invite @copbot` there."),
    "is_inactive": _never(Gone, "{there} is archived", "Unarchive it and type `/invite @copbot` there."),
    "thread_not_found": _never(Gone, "the thread's first message is not there any more", "Post it in the channel yourself."),
    "message_not_found": _NO_MESSAGE,
    "bad_timestamp": _NO_MESSAGE,
    "cannot_reply_to_message": _never(Refused, "that message takes no thread", "Post it in the channel yourself."),
    "missing_scope": _never(NotPermitted, "copbot lacks the permission {needed}", ADD_SCOPE),
    "restricted_action": _never(NotPermitted, "your workspace does not let copbot post in {there}", f"{ASK_OWNERS} post there."),
    "restricted_action_read_only_channel": _never(NotPermitted, "{there} is read-only", f"{ASK_OWNERS} post there."),
    "restricted_action_thread_only_channel": _never(
        NotPermitted, "{there} takes nothing but answers in threads", "Choose another channel."
    ),
    "restricted_action_non_threadable_channel": _never(NotPermitted, "{there} takes no threads", "Choose another channel."),
    "restricted_action_thread_locked": _never(NotPermitted, "the thread is locked", "Unlock it, or post in the channel yourself."),
    "thread_locked": _never(NotPermitted, "the thread is locked", "Unlock it, or post in the channel yourself."),
    "posting_to_general_channel_denied": _never(NotPermitted, "copbot may not post in {there}", f"{ASK_OWNERS} post there."),
    "user_not_in_channel": _never(Refused, "the person is not in {there}", "Invite them to the channel."),
    "messages_tab_disabled": _never(
        NotPermitted, "private messages to copbot are switched off", f"Switch the Messages Tab on at {APPS} -> App Home."
    ),
    "not_enabled": _never(NotPermitted, "copbot's home page is switched off", f"Switch the Home Tab on at {APPS} -> App Home."),
    "too_many_pins": _never(NotPermitted, "{there} has as many pins as Slack allows", "Unpin something there."),
    "edit_window_closed": _never(NotPermitted, "your workspace does not let messages be edited so late", "Post a correction yourself."),
    "not_found": _never(Gone, "the form is not open any more", "Open it again."),
    "storage_limit_reached": _never(Refused, "the workspace's room for files is full", "Delete files, or attach this one elsewhere."),
    **dict.fromkeys(("cant_update_message", "cant_delete_message", "compliance_exports_prevent_deletion"), _NOT_OWN),
    **dict.fromkeys(("user_not_found", "users_not_found", "user_disabled", "no_such_user", "user_not_visible"), _NOBODY),
    **dict.fromkeys(("cannot_dm_bot", "im_disabled", "invalid_user_combination"), _NOT_ALONE),
    **dict.fromkeys(("not_reactable", "too_many_emoji", "too_many_reactions", "not_pinnable", "permission_denied"), _NO_MARK),
    **dict.fromkeys(("expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired"), _LATE),
    **dict.fromkeys(("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type"), _TOKEN),
    **dict.fromkeys(
        (
            "access_denied",
            "accesslimited",
            "app_access_restricted",
            "ekm_access_denied",
            "enterprise_is_restricted",
            "no_permission",
            "org_login_required",
            "team_access_not_granted",
            "two_factor_setup_required",
        ),
        _HIDDEN,
    ),
    **dict.fromkeys(
        (
            "invalid_arguments",
            "invalid_blocks",
            "invalid_blocks_format",
            "invalid_metadata_format",
            "invalid_metadata_schema",
            "metadata_too_large",
            "msg_blocks_too_long",
            "msg_too_long",
            "no_text",
            "view_too_large",
        ),
        _FORM,
    ),
    **dict.fromkeys(
        (
            "file_upload_size_restricted",
            "file_uploads_disabled",
            "file_uploads_except_images_disabled",
            "malware_detected",
            "slack_connect_file_upload_sharing_blocked",
        ),
        _NO_FILES,
    ),
}
