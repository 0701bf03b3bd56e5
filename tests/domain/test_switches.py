from datetime import UTC, datetime

import pytest

from copbot.domain.community import KeepText, Privacy
from copbot.domain.consent import Consent, Scope
from copbot.domain.switches import Switch, scope_named, state_named, switches

AT = datetime(2018, 1, 31, 19, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("policy", "noticed", "states"),
    [
        (KeepText.WITH_NOTICE, AT, ["on", "on", "never", "off", "off"]),
        (KeepText.WITH_NOTICE, None, ["off", "off", "never", "off", "off"]),
        (KeepText.WITH_CONSENT, AT, ["on", "off", "never", "off", "off"]),
        (KeepText.NEVER, AT, ["on", "off", "never", "off", "off"]),
    ],
)
def test_where_untouched_switches_stand(policy: KeepText, noticed: datetime | None, states: list[str]) -> None:
    assert [switch.state for switch in switches({}, Privacy(policy), noticed)] == states


def test_a_choice_counts_unless_the_community_decides() -> None:
    choices = {"text": Consent(1, Scope.TEXT, "on", AT, "command"), "research": Consent(1, Scope.RESEARCH, "on", AT, "command")}
    by_scope = {switch.scope: switch for switch in switches(choices, Privacy(KeepText.WITH_CONSENT, research_use="ask"), None)}
    assert by_scope[Scope.TEXT] == Switch(Scope.TEXT, "on", AT)
    assert by_scope[Scope.RESEARCH].state == "on"
    fixed = {switch.scope: switch for switch in switches(choices, Privacy(KeepText.NEVER), None)}
    assert fixed[Scope.TEXT].fixed
    assert fixed[Scope.RESEARCH] == Switch(Scope.RESEARCH, "off", fixed=True)


@pytest.mark.parametrize(
    ("scope", "state", "then"),
    [
        (Scope.TEXT, "on", "off"),
        (Scope.TEXT, "off", "on"),
        (Scope.QUOTE, "never", "no_name"),
        (Scope.QUOTE, "no_name", "named"),
        (Scope.QUOTE, "named", "never"),
    ],
)
def test_a_press_goes_to_the_next_state(scope: Scope, state: str, then: str) -> None:
    assert Switch(scope, state).next == then


def test_words_people_type() -> None:
    assert scope_named("Follow-Up") is Scope.FOLLOW_UP
    assert scope_named("everything") is None
    assert state_named(Scope.QUOTE, "No-Name") == "no_name"
    assert state_named(Scope.TEXT, "maybe") is None
