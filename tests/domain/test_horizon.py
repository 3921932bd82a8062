"""Time alone changes nothing before the horizon: looked at from every minute in between."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.actions import available_actions, unchanged_until
from domain.horizon import END_DAYS, Coming, due_soon_until, holds_until
from domain.policy import CURRENT
from domain.words import Party
from tests.domain.test_every_cell import AT, POSITIONS

MONDAY = datetime(2026, 6, 1, 17, tzinfo=UTC)
instants = st.integers(0, 21 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))
PEOPLE = (Party.BUYER, Party.SELLER)


def coming(at: datetime, **found: datetime) -> Coming:
    """Give what is coming; what is not said is not there."""
    kinds = dict.fromkeys(("clock", "due", "due_later", "end"))
    return Coming(at=at, **{**kinds, **found})


def test_it_is_the_first_of_what_is_coming() -> None:
    hours = [MONDAY + timedelta(hours=hour) for hour in range(4)]
    assert holds_until(coming(MONDAY)) is None
    assert holds_until(coming(MONDAY, clock=hours[3], due=hours[1], end=hours[2])) == hours[1]
    assert holds_until(coming(MONDAY, clock=hours[3], end=hours[2])) == hours[2]


def test_a_clock_that_should_have_fired_ends_it_at_once() -> None:
    late = MONDAY - timedelta(hours=1)
    assert holds_until(coming(MONDAY, clock=late, due=MONDAY + timedelta(hours=1))) == MONDAY


@given(at=instants, due=instants, later=st.integers(0, 10_000))
def test_nothing_becomes_due_soon_before(at: datetime, due: datetime, later: int) -> None:
    if due <= due_soon_until(at):
        return
    until = holds_until(coming(at, due_later=due))
    assert until is not None
    between = at + (until - at) * later / 10_000
    assert between >= until or due > due_soon_until(between)


@given(data=st.data(), ago=st.integers(0, 40 * 24 * 60), ahead=st.integers(0, 10_000))
def test_it_is_no_later_than_anything_a_party_may_do_changes(
    data: st.DataObject, ago: int, ahead: int
) -> None:
    _, _, make = data.draw(st.sampled_from(POSITIONS))
    request = make().request
    at = AT + timedelta(minutes=ago)
    ends = [request.closed_at + timedelta(days=days) for days in END_DAYS] if request.closed_at else []
    dues = [request.due_at] if request.due_at else []
    seen = Coming(
        at=at,
        clock=min(request.deadlines.values(), default=None),
        due=min((due for due in dues if due > at), default=None),
        due_later=None,
        end=min((end for end in ends if end > at), default=None),
    )
    until = holds_until(seen)
    if until == at:
        return
    changes = unchanged_until(request, at=at, policy=CURRENT)
    assert changes is None or (until is not None and until <= changes)
    if until is None:
        until = at + timedelta(days=400)
    between = min(at + (until - at) * ahead / 10_000, until - timedelta(microseconds=1))
    for party in PEOPLE:
        now = available_actions(request, by=party, at=at, policy=CURRENT)
        then = available_actions(request, by=party, at=between, policy=CURRENT)
        assert [(each.action, each.allowed, each.until) for each in now] == [
            (each.action, each.allowed, each.until) for each in then
        ]
