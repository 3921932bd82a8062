"""Which sellers answer in person, from when on, and who waits."""

from datetime import UTC, datetime

import pytest

from domain.enrollment import NOT_ENROLLED, Enrollment, admit, from_the_start, join_waitlist
from domain.policy import CURRENT
from domain.refusals import NotAllowed
from domain.words import EnrollmentStatus
from tests.domain.specimens import MONDAY
from tests.policy import quotes

MIDNIGHT_IN_LOS_ANGELES = datetime(2025, 12, 1, 8, tzinfo=UTC)
LATER = datetime(2026, 5, 1, tzinfo=UTC)


@quotes("available for all new U.S. sellers who were granted access on or after December 1, 2025")
@pytest.mark.parametrize(
    ("country_code", "access", "enrolled"),
    [
        ("US", MIDNIGHT_IN_LOS_ANGELES, True),
        ("US", MIDNIGHT_IN_LOS_ANGELES.replace(hour=7, minute=59), False),
        ("CA", MIDNIGHT_IN_LOS_ANGELES, False),
        ("US", None, False),
        (None, MONDAY, False),
    ],
)
def test_new_sellers_of_the_united_states_are_in_from_the_start(
    country_code: str | None, access: datetime | None, enrolled: bool
) -> None:
    found = from_the_start(country_code, access, CURRENT)
    assert found == (Enrollment(EnrollmentStatus.ENROLLED, access) if enrolled else NOT_ENROLLED)


@quotes("you can join the waitlist here, and will be notified when it becomes available to your account")
def test_others_wait_until_the_platform_admits_them() -> None:
    waiting = join_waitlist(NOT_ENROLLED, at=MONDAY)
    assert waiting == Enrollment(EnrollmentStatus.WAITLISTED, MONDAY)
    assert admit(waiting, at=LATER) == Enrollment(EnrollmentStatus.ENROLLED, LATER)


def test_waiting_twice_is_waiting_since_the_first_time() -> None:
    waiting = join_waitlist(NOT_ENROLLED, at=MONDAY)
    assert join_waitlist(waiting, at=LATER) == waiting


def test_who_is_in_has_nothing_to_wait_for_and_stays_in_since_then() -> None:
    enrolled = Enrollment(EnrollmentStatus.ENROLLED, MONDAY)
    with pytest.raises(NotAllowed):
        join_waitlist(enrolled, at=LATER)
    assert admit(enrolled, at=LATER) == enrolled
