"""Enrollment: which sellers answer their buyers' requests in person (spec §10).

Decides who is in from the start, who waits and who comes in later; refuses to know what enrollment changes
for a request, which `domain.opening` does.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.policy import Policy
from domain.refusals import NotAllowed
from domain.words import EnrollmentStatus


@dataclass(frozen=True, slots=True)
class Enrollment:
    """How a seller stands towards Seller Provided Support, and since when; None for who never was near it."""

    status: EnrollmentStatus
    since: datetime | None


NOT_ENROLLED = Enrollment(EnrollmentStatus.NOT_ENROLLED, None)


def from_the_start(
    country_code: str | None, access_granted_at: datetime | None, policy: Policy
) -> Enrollment:
    """A new seller's enrollment: in, for sellers of the policy's country whose access began late enough."""
    if country_code != policy.enrollment_country_code or access_granted_at is None:
        return NOT_ENROLLED
    if access_granted_at.astimezone(policy.calendar.zone).date() < policy.enrollment_from:
        return NOT_ENROLLED
    return Enrollment(EnrollmentStatus.ENROLLED, access_granted_at)


def join_waitlist(enrollment: Enrollment, *, at: datetime) -> Enrollment:
    """The seller waits to be admitted; waiting already, since then. Raises NotAllowed for who is in."""
    if enrollment.status is EnrollmentStatus.ENROLLED:
        raise NotAllowed("Seller Provided Support is on for you already: there is nothing to wait for.")
    if enrollment.status is EnrollmentStatus.WAITLISTED:
        return enrollment
    return Enrollment(EnrollmentStatus.WAITLISTED, at)


def admit(enrollment: Enrollment, *, at: datetime) -> Enrollment:
    """The platform lets the seller in, waiting or not; who is in stays in since then."""
    if enrollment.status is EnrollmentStatus.ENROLLED:
        return enrollment
    return Enrollment(EnrollmentStatus.ENROLLED, at)
