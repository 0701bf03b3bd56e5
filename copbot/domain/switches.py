"""Where a member's five switches stand, whether or not they ever touched them (2-domain 6.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from copbot.domain.community import KeepText, Privacy
from copbot.domain.consent import NEVER, OFF, ON, STATES, Consent, Scope

NO_RESEARCH = "off"
"""The community's ``research_use`` under which nobody is asked."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch. ``since`` is None for what holds by default. ``fixed``: the community's settings decide, whatever the member chooses."""

    scope: Scope
    state: str
    since: datetime | None = None
    fixed: bool = False

    @property
    def next(self) -> str:
        """What a press changes it to."""
        states = STATES[self.scope]
        order = states if len(states) == 2 else tuple(reversed(states))
        return order[(order.index(self.state) + 1) % len(order)]


def switches(choices: Mapping[str, Consent], privacy: Privacy, noticed_at: datetime | None) -> tuple[Switch, ...]:
    """All five, in the order of ``Scope``."""
    return tuple(_switch(scope, choices.get(scope.value), privacy, noticed_at) for scope in Scope)


def scope_named(word: str) -> Scope | None:
    """The switch a person means by ``follow_up``, ``follow-up`` or ``Follow-Up``."""
    wanted = word.strip().lower().replace("-", "_")
    return next((scope for scope in Scope if scope.value == wanted), None)


def state_named(scope: Scope, word: str) -> str | None:
    """The state of that switch a person means by ``no_name``, ``no-name`` or ``No-Name``."""
    wanted = word.strip().lower().replace("-", "_")
    return wanted if wanted in STATES[scope] else None


def _switch(scope: Scope, made: Consent | None, privacy: Privacy, noticed_at: datetime | None) -> Switch:
    if scope is Scope.TEXT and privacy.keep_message_text is KeepText.NEVER:
        return Switch(scope, OFF, fixed=True)
    if scope is Scope.RESEARCH and privacy.research_use == NO_RESEARCH:
        return Switch(scope, OFF, fixed=True)
    if made is not None:
        return Switch(scope, made.state, made.at)
    if scope is Scope.ACTIVITY:
        return Switch(scope, ON if noticed_at else OFF, noticed_at)
    if scope is Scope.TEXT and privacy.keep_message_text is KeepText.WITH_NOTICE:
        return Switch(scope, ON if noticed_at else OFF, noticed_at)
    return Switch(scope, NEVER if scope is Scope.QUOTE else OFF)
