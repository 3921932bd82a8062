"""The policy holds the article's numbers and lists, and what the article leaves to it."""

import dataclasses
from datetime import date
from fractions import Fraction

import pytest

from domain.money import Currency, Money
from domain.policy import CURRENT, POLICIES, UnknownPolicyError, policy
from domain.words import RatingBand, RequestReason
from tests.policy import quotes


def where(flag: str) -> set[RequestReason]:
    """The reasons for which a flag of their policy is set."""
    return {reason for reason in RequestReason if getattr(CURRENT.reason(reason), flag)}


def test_a_request_finds_the_policy_it_was_opened_under() -> None:
    assert policy(CURRENT.version) is CURRENT
    assert all(version == each.version for version, each in POLICIES.items())
    with pytest.raises(UnknownPolicyError, match="1999-01"):
        policy("1999-01")


def test_a_policy_never_changes() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        CURRENT.filing_window_days = 15  # type: ignore[misc]
    with pytest.raises(TypeError):
        CURRENT.reasons[RequestReason.OTHER] = CURRENT.reason(RequestReason.DEFECTIVE)  # type: ignore[index]


@quotes(
    "The item is substantially delayed in getting shipped",
    "An item is missing*",
    "An item is incorrect or the item is correct but the wrong size/color*",
    "The item does not match the description, condition, or photos listed",
    "The item is defective, doesn't work, or expired",
    "The item was returned to Sender",
    "The item was damaged in transit (eligible for automated USPS claim**)",
)
def test_seven_reasons_are_covered() -> None:
    assert where("covered") == {
        RequestReason.SHIPPING_DELAYED,
        RequestReason.ITEM_MISSING,
        RequestReason.WRONG_ITEM,
        RequestReason.NOT_AS_DESCRIBED,
        RequestReason.DEFECTIVE,
        RequestReason.RETURNED_TO_SENDER,
        RequestReason.DAMAGED_IN_TRANSIT,
    }


def test_only_a_reason_that_is_not_covered_needs_a_description() -> None:
    assert where("description_required") == {RequestReason.OTHER}


@quotes(
    "We require buyers to include photos of the item when submitting the request",
    "We require buyers to include photos of the item when submitting wrong item requests",
)
def test_photos_are_required_where_they_show_what_is_wrong() -> None:
    assert where("photos_required") == {RequestReason.NOT_AS_DESCRIBED, RequestReason.WRONG_ITEM}


def test_an_item_can_come_back_where_the_buyer_holds_one() -> None:
    assert where("returnable") == {
        RequestReason.WRONG_ITEM,
        RequestReason.NOT_AS_DESCRIBED,
        RequestReason.DEFECTIVE,
        RequestReason.DAMAGED_IN_TRANSIT,
        RequestReason.OTHER,
    }


@quotes("*Excludes consumable products like Breaks/Surprise Products and any product that can be opened")
def test_missing_and_wrong_items_are_not_covered_for_consumables() -> None:
    uncovered = set(RequestReason) - where("consumable_covered")
    assert uncovered == {RequestReason.ITEM_MISSING, RequestReason.WRONG_ITEM}


@pytest.mark.parametrize(
    ("category", "days"),
    [
        ("Trading cards", 14),
        ("plants", 2),
        (" Plants ", 2),
        ("live_animals", 7),
        ("Live-Animals", 7),
        ("", 14),
    ],
)
def test_the_filing_window_depends_on_the_category(category: str, days: int) -> None:
    assert CURRENT.filing_window(category) == days


@quotes("Note: Claims do not apply to bullion, money, and some other categories.")
def test_no_claim_covers_bullion_or_money() -> None:
    assert CURRENT.claim_exempt("Bullion")
    assert CURRENT.claim_exempt("money")
    assert not CURRENT.claim_exempt("sneakers")


@quotes("USPS Priority Mail and Ground Advantage include $100 shipping protection.")
def test_a_shipment_is_insured_for_100_dollars_where_no_more_was_bought() -> None:
    assert CURRENT.claim_insured_by_default == Money(100_00, Currency.USD)


@pytest.mark.parametrize(
    ("percent", "band"),
    [
        (Fraction(100), RatingBand.EXCELLENT),
        (Fraction(95), RatingBand.EXCELLENT),
        (Fraction(9499, 100), RatingBand.GREAT),
        (Fraction(85), RatingBand.GREAT),
        (Fraction(8499, 100), RatingBand.GOOD),
        (Fraction(70), RatingBand.GOOD),
        (Fraction(6999, 100), RatingBand.AVERAGE),
        (Fraction(50), RatingBand.AVERAGE),
        (Fraction(4999, 100), RatingBand.BELOW_AVERAGE),
        (Fraction(0), RatingBand.BELOW_AVERAGE),
    ],
)
@quotes("Excellent", "Great", "Good", "Average", "Below Average")
def test_a_score_falls_into_one_of_five_bands(percent: Fraction, band: RatingBand) -> None:
    assert CURRENT.band(percent / 100) is band


def test_a_rating_without_signals_is_good() -> None:
    assert CURRENT.band(None) is RatingBand.GOOD


def test_sellers_of_the_united_states_are_enrolled_from_december_2025() -> None:
    assert (CURRENT.enrollment_country_code, CURRENT.enrollment_from) == ("US", date(2025, 12, 1))
