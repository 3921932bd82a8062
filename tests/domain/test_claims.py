"""Who may ask the carrier to pay, for how much, and from when until when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain import claims
from domain.money import Money
from domain.policy import CURRENT
from domain.refusals import ClaimNotEligible
from domain.values import Claim, Order, Request
from domain.words import Carrier, ClaimStatus, DeadlineKind, RequestReason
from tests.domain.specimens import MONDAY, a_parcel, a_request, an_order, usd
from tests.policy import quotes

MAILED = MONDAY - timedelta(days=10)


def about(order: Order, reason: RequestReason = RequestReason.DAMAGED_IN_TRANSIT) -> Request:
    return a_request(order, reason=reason)


def opted_in(request: Request, charge: Money | None = None) -> Claim:
    return claims.opt_in(request, charge or usd("99.00"), at=MONDAY, policy=CURRENT)


@quotes("USPS automated claims allow you to recover costs for lost, stuck, or damaged packages")
@pytest.mark.parametrize(
    ("reason", "delivered"),
    [(RequestReason.DAMAGED_IN_TRANSIT, True), (RequestReason.SHIPPING_DELAYED, False)],
)
def test_damaged_stuck_and_lost_parcels_are_claimed_for(reason: RequestReason, delivered: bool) -> None:
    parcel = a_parcel(mailed_at=MAILED, delivered_at=MONDAY if delivered else None)
    claim = opted_in(about(an_order(shipment=parcel), reason))
    assert (claim.status, claim.carrier, claim.coverage) == (
        ClaimStatus.SCHEDULED,
        Carrier.USPS,
        usd("99.00"),
    )


@quotes("When to file a claim: Wait at least 14 days after the mailing date")
def test_it_files_14_days_after_mailing_and_within_60() -> None:
    claim = opted_in(about(an_order(shipment=a_parcel(mailed_at=MAILED))))
    assert claim.files_at == MAILED + timedelta(days=14)
    assert claim.file_by == MAILED + timedelta(days=60)


def test_it_files_only_for_a_charge_that_is_posted() -> None:
    claim = opted_in(about(an_order(shipment=a_parcel(mailed_at=MAILED))))
    expiry = {DeadlineKind.CLAIM_EXPIRY: MAILED + timedelta(days=60)}
    assert claims.claim_deadlines(claim, charge_posted=False) == expiry
    assert claims.claim_deadlines(claim, charge_posted=True) == expiry | {
        DeadlineKind.CLAIM_FILING: MAILED + timedelta(days=14)
    }


@quotes("which are insured for up to $100, unless additional shipping insurance was purchased")
@pytest.mark.parametrize(
    ("charge", "insured", "claimed_before", "covered"),
    [
        ("99.00", None, None, "99.00"),
        ("105.50", None, None, "100.00"),
        ("105.50", "250.00", None, "105.50"),
        ("400.00", "250.00", None, "250.00"),
        ("99.00", None, "60.00", "40.00"),
        ("30.00", None, "60.00", "30.00"),
    ],
)
def test_it_covers_the_charge_at_most_what_the_parcels_insurance_has_left(
    charge: str, insured: str | None, claimed_before: str | None, covered: str
) -> None:
    parcel = a_parcel(insured_for=usd(insured) if insured else None)
    order = an_order(shipment=parcel, claims_on_shipment=usd(claimed_before) if claimed_before else None)
    assert opted_in(about(order), usd(charge)).coverage == usd(covered)


INELIGIBLE = {
    "another reason": (about(an_order(), RequestReason.ITEM_MISSING), "not|nothing else"),
    "never scanned": (
        about(an_order(shipment=a_parcel(mailed_at=None)), RequestReason.SHIPPING_DELAYED),
        "scanned",
    ),
    "no parcel": (about(replace(an_order(), shipment=None)), "scanned"),
    "an exempt category": (about(an_order(category="Bullion")), "Bullion"),
    "the seller's own label": (about(an_order(shipment=a_parcel(platform_label=False))), "label"),
    "used up cover": (about(an_order(claims_on_shipment=usd("100.00"))), "nothing left"),
    "too late": (about(an_order(shipment=a_parcel(mailed_at=MONDAY - timedelta(days=60)))), "until"),
}


@pytest.mark.parametrize(("request_", "because"), INELIGIBLE.values(), ids=INELIGIBLE.keys())
def test_what_stands_against_a_claim_is_named(request_: Request, because: str) -> None:
    with pytest.raises(ClaimNotEligible, match=because):
        opted_in(request_)


@quotes("If using a non-USPS carrier, you'll need to file claims manually")
def test_another_carriers_claim_is_the_sellers_own_to_file() -> None:
    claim = opted_in(about(an_order(shipment=a_parcel(carrier=Carrier.UPS, platform_label=False))))
    assert claim.status is ClaimStatus.MANUAL
    assert claims.claim_deadlines(claim, charge_posted=True) == {}
    told = claims.instructions(claim)
    assert told is not None
    assert "File this claim with UPS yourself" in told


def test_a_claim_filed_for_the_seller_asks_nothing_of_the_seller() -> None:
    assert claims.instructions(opted_in(about(an_order()))) is None


def test_a_claim_is_filed_and_decided_and_keeps_its_days() -> None:
    claim = opted_in(about(an_order()))
    filed = claims.filed(claim, at=MONDAY)
    assert (filed.status, filed.filed_at) == (ClaimStatus.FILED, MONDAY)
    paid = claims.decided(filed, approved=True, paid=usd("80.00"), at=MONDAY)
    assert (paid.status, paid.paid, paid.decided_at) == (ClaimStatus.APPROVED, usd("80.00"), MONDAY)
    denied = claims.decided(filed, approved=False, paid=None, at=MONDAY)
    assert (denied.status, denied.paid) == (ClaimStatus.DENIED, None)
    assert claims.claim_deadlines(paid, charge_posted=True) == {}


def test_a_claim_that_never_files_was_never_decided() -> None:
    claim = opted_in(about(an_order()))
    assert claims.expired(claim) == replace(claim, status=ClaimStatus.EXPIRED)
    assert claims.cancelled(claim) == replace(claim, status=ClaimStatus.CANCELLED)
