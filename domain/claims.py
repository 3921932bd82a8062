"""Carrier claims: the carrier makes good what the seller was charged for its loss or damage (spec §6).

Decides whether a claim can be made, how much it covers and when it files; refuses to know how it reaches the
carrier and what the ledger makes of its approval. Values go in and come out; all days count from the parcel's
first scan.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from domain.money import Money
from domain.policy import Policy
from domain.refusals import ClaimNotEligible
from domain.values import Claim, Order, Request, Shipment
from domain.words import Carrier, ClaimStatus, DeadlineKind, RequestReason

CLAIMED_REASONS = frozenset({RequestReason.DAMAGED_IN_TRANSIT, RequestReason.SHIPPING_DELAYED})
FILED_FOR_THE_SELLER = frozenset({Carrier.USPS})


def opt_in(request: Request, charge: Money, *, at: datetime, policy: Policy) -> Claim:
    """The claim for what the seller is charged; it files once that is posted and the days have passed.

    With a carrier that takes no automated claims it is MANUAL: the seller's own, by `instructions`.
    Raises ClaimNotEligible, which names the fact that stands against it.
    """
    shipment = _claimable(request)
    order = request.order
    assert shipment.mailed_at, "a claimable parcel was scanned"
    if policy.claim_exempt(order.category):
        raise ClaimNotEligible(f"Carriers cover nothing in the category {order.category}.")
    cover = coverage(order, charge, policy)
    if cover.minor <= 0:
        raise ClaimNotEligible("There is nothing left to claim: no charge, or the parcel's cover is used up.")
    if shipment.carrier not in FILED_FOR_THE_SELLER:
        return Claim(ClaimStatus.MANUAL, shipment.carrier, cover, files_at=None, file_by=None, opted_in_at=at)
    if not shipment.platform_label:
        raise ClaimNotEligible("Only parcels with a label bought on the platform can be claimed for.")
    file_by = shipment.mailed_at + timedelta(days=policy.claim_expires_after_days)
    if at >= file_by:
        raise ClaimNotEligible(f"The carrier took claims for this parcel until {file_by.isoformat()}.")
    files_at = shipment.mailed_at + timedelta(days=policy.claim_files_after_days)
    return Claim(ClaimStatus.SCHEDULED, shipment.carrier, cover, files_at, file_by, opted_in_at=at)


def coverage(order: Order, charge: Money, policy: Policy) -> Money:
    """What the carrier would make good of a charge: at most what the parcel's insurance has left over."""
    insured = order.shipment.insured_for if order.shipment else None
    insured = insured or Money(policy.claim_insured_by_default.minor, order.currency)
    left = insured - order.claims_on_shipment if order.claims_on_shipment else insured
    return Money(max(0, min(charge.minor, left.minor)), order.currency)


def instructions(claim: Claim) -> str | None:
    """What the seller has to do about a MANUAL claim; None for one that is filed for the seller."""
    if claim.status is not ClaimStatus.MANUAL:
        return None
    carrier = "the carrier" if claim.carrier is Carrier.OTHER else claim.carrier.value
    return (
        f"File this claim with {carrier} yourself, by its own process: give the tracking number, what the"
        " item sold for, and photos of the damage or the tracking history of the loss."
        f" Up to {claim.coverage} can be claimed."
    )


def claim_deadlines(claim: Claim, *, charge_posted: bool) -> Mapping[DeadlineKind, datetime]:
    """The clocks of a scheduled claim: it files only for a charge that is posted, and expires either way."""
    if claim.status is not ClaimStatus.SCHEDULED:
        return {}
    assert claim.files_at is not None, "a scheduled claim knows its days"
    assert claim.file_by is not None, "a scheduled claim knows its days"
    clocks = {DeadlineKind.CLAIM_EXPIRY: claim.file_by}
    return clocks | {DeadlineKind.CLAIM_FILING: claim.files_at} if charge_posted else clocks


def filed(claim: Claim, *, at: datetime) -> Claim:
    """The claim is with the carrier."""
    return replace(claim, status=ClaimStatus.FILED, filed_at=at)


def expired(claim: Claim) -> Claim:
    """The carrier takes no claim for this parcel any more."""
    return replace(claim, status=ClaimStatus.EXPIRED)


def cancelled(claim: Claim) -> Claim:
    """Nothing came to be charged, so nothing is claimed."""
    return replace(claim, status=ClaimStatus.CANCELLED)


def decided(claim: Claim, *, approved: bool, paid: Money | None, at: datetime) -> Claim:
    """The carrier's answer."""
    status = ClaimStatus.APPROVED if approved else ClaimStatus.DENIED
    return replace(claim, status=status, paid=paid, decided_at=at)


def _claimable(request: Request) -> Shipment:
    """The parcel, if the carrier had it and the request is about its loss or damage."""
    shipment = request.order.shipment
    if request.reason not in CLAIMED_REASONS:
        raise ClaimNotEligible(
            "Carriers pay for parcels damaged, stuck or lost in transit, not for this reason."
        )
    if shipment is None or shipment.mailed_at is None:
        raise ClaimNotEligible("The carrier has never scanned this parcel, so it answers for nothing.")
    return shipment
