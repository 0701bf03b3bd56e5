"""What is kept of a message: every way the settings and choices can fall (2-domain 6.2, 3-architecture 8)."""

from datetime import UTC, datetime, timedelta

import pytest

from copbot.domain.community import KeepText
from copbot.domain.consent import OFF, ON, Consent, OffTheRecord, Scope
from copbot.domain.format import Log
from copbot.domain.keeping_rules import Keep, Standing, how_much, noticed_before, off_the_record

AT = datetime(2018, 1, 31, 19, 40, tzinfo=UTC)
BEFORE, AFTER = AT - timedelta(minutes=1), AT + timedelta(minutes=1)
NOTICED = Standing(noticed=True)


def made(scope: Scope, state: str, at: datetime = BEFORE) -> Consent:
    return Consent(1, scope, state, at, "command")


def activity(state: str, at: datetime = BEFORE) -> Standing:
    return NOTICED._replace(activity=made(Scope.ACTIVITY, state, at))


def text(state: str, at: datetime = BEFORE) -> Standing:
    return NOTICED._replace(text=made(Scope.TEXT, state, at))


@pytest.mark.parametrize(
    ("policy", "log", "standing", "kept"),
    [
        (KeepText.WITH_NOTICE, Log.ACTIVITY, NOTICED, Keep.TEXT),
        (KeepText.WITH_CONSENT, Log.ACTIVITY, NOTICED, Keep.ACTIVITY),
        (KeepText.NEVER, Log.ACTIVITY, NOTICED, Keep.ACTIVITY),
        (KeepText.WITH_NOTICE, Log.ACTIVITY, text(OFF), Keep.ACTIVITY),
        (KeepText.WITH_CONSENT, Log.ACTIVITY, text(ON), Keep.TEXT),
        (KeepText.WITH_CONSENT, Log.ACTIVITY, text(ON, AFTER), Keep.ACTIVITY),
        (KeepText.WITH_NOTICE, Log.ACTIVITY, text(ON, AFTER), Keep.ACTIVITY),
        (KeepText.NEVER, Log.ACTIVITY, text(ON), Keep.ACTIVITY),
        (KeepText.WITH_NOTICE, Log.ACTIVITY, Standing(), Keep.SPOKE),
        (KeepText.WITH_NOTICE, Log.ACTIVITY, activity(OFF), Keep.SPOKE),
        (KeepText.WITH_NOTICE, Log.ACTIVITY, activity(OFF, AFTER), Keep.SPOKE),
        (KeepText.WITH_NOTICE, Log.ACTIVITY, activity(ON), Keep.TEXT),
        (KeepText.WITH_NOTICE, Log.ACTIVITY, activity(ON, AFTER), Keep.SPOKE),
        (KeepText.WITH_NOTICE, Log.ACTIVITY, NOTICED._replace(off_the_record=True), Keep.SPOKE),
        (KeepText.WITH_NOTICE, Log.ACTIVITY, NOTICED._replace(flagged=True), Keep.ACTIVITY),
        (KeepText.WITH_CONSENT, Log.ACTIVITY, text(ON)._replace(flagged=True), Keep.ACTIVITY),
        (KeepText.WITH_NOTICE, Log.PRESENCE_ONLY, NOTICED, Keep.PRESENCE),
        (KeepText.WITH_CONSENT, Log.PRESENCE_ONLY, text(ON), Keep.PRESENCE),
        (KeepText.WITH_NOTICE, Log.PRESENCE_ONLY, Standing(), Keep.SPOKE),
        (KeepText.WITH_NOTICE, Log.PRESENCE_ONLY, NOTICED._replace(off_the_record=True), Keep.SPOKE),
        (KeepText.WITH_NOTICE, Log.NOTHING, text(ON), Keep.NOTHING),
        (KeepText.WITH_NOTICE, Log.NOTHING, activity(OFF), Keep.NOTHING),
    ],
)
def test_what_is_kept(policy: KeepText, log: Log, standing: Standing, kept: Keep) -> None:
    assert how_much(policy, log, AT, standing) is kept


@pytest.mark.parametrize(
    ("privately", "in_channel", "noticed"),
    [
        (None, None, False),
        (BEFORE, None, True),
        (AT, None, False),
        (AFTER, None, False),
        (None, AT, True),
        (None, AFTER, False),
        (AFTER, BEFORE, True),
    ],
)
def test_a_notice_must_come_first(privately: datetime | None, in_channel: datetime | None, noticed: bool) -> None:
    assert noticed_before(AT, privately, in_channel) is noticed


@pytest.mark.parametrize(
    ("mark", "is_off"),
    [
        (OffTheRecord(1, 1, BEFORE), True),
        (OffTheRecord(1, 1, AT), True),
        (OffTheRecord(1, 1, AFTER), False),
        (OffTheRecord(1, 1, BEFORE, AT), False),
        (OffTheRecord(1, 1, BEFORE, AFTER), True),
        (OffTheRecord(2, 1, BEFORE), False),
        (OffTheRecord(1, 2, BEFORE), False),
    ],
)
def test_off_the_record_in_that_chat_from_then_on(mark: OffTheRecord, is_off: bool) -> None:
    assert off_the_record([mark], chat=1, member=1, moment=AT) is is_off
