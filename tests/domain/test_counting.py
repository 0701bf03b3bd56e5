from datetime import UTC, datetime, timedelta

import pytest

from copbot.domain.addressing import addressed
from copbot.domain.chat import Counters
from copbot.domain.counting import recounted, spoken, with_added
from copbot.domain.response import Kind, Response

AT = datetime(2018, 1, 31, 19, 40, tzinfo=UTC)


def response(id: int, member: int, kind: Kind = Kind.ANSWER, role: str = "participant") -> Response:
    return Response(id, 1, member, kind, AT + timedelta(seconds=id), asked=1, role=role)


def test_adding_on_and_counting_anew_agree() -> None:
    rows = [response(1, 1), response(2, 2, Kind.PEER), response(3, 1, Kind.TO_HOST), response(4, 9, role="host")]
    added = with_added(with_added(Counters(1), rows[:2], 2), rows[2:], 0)
    assert added == recounted(Counters(1), rows) == Counters(1, messages=3, voices=2, peer=1, first_at=rows[0].at)


def test_when_all_are_gone_nothing_is_counted() -> None:
    assert recounted(Counters(1, AT, 3, 2, 1, AT), []) == Counters(1, last_human_at=AT)


def test_the_last_human_message_never_goes_back() -> None:
    later = spoken(Counters(1, last_human_at=AT), AT - timedelta(seconds=1))
    assert later.last_human_at == AT
    assert spoken(later, AT + timedelta(seconds=1)).last_human_at == AT + timedelta(seconds=1)
    assert spoken(Counters(1), None).last_human_at is None


@pytest.mark.parametrize(
    ("pointed", "kind", "towards"),
    [
        ([], Kind.ANSWER, None),
        ([3], Kind.PEER, 3),
        ([9], Kind.TO_HOST, 9),
        ([9, 3], Kind.PEER, 3),
        ([3, 4], Kind.PEER, 3),
        ([9, 8], Kind.TO_HOST, 9),
    ],
)
def test_towards_whom(pointed: list[int], kind: Kind, towards: int | None) -> None:
    assert addressed(pointed, {8, 9}) == (kind, towards)
