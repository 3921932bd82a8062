"""What hangs on a request, each part as the columns of its row; the key is added by whoever saves it."""

from typing import Any

from domain.values import Claim, Escalation, Label, Offer, Refund, Replacement, Request, ResponseClock, Return
from domain.words import ParcelRole
from storage.rows import address_row

Row = dict[str, Any]


def offer_row(offer: Offer) -> Row:
    """An offer."""
    return {
        "number": offer.number,
        "currency": offer.amount.currency,
        "amount_minor": offer.amount.minor,
        "note": offer.note,
        "status": offer.status,
        "offered_at": offer.offered_at,
        "expires_at": offer.expires_at,
        "answered_at": offer.answered_at,
    }


def escalation_row(escalation: Escalation, actor_id: int | None) -> Row:
    """A way to Support; its ruling, if there is one, was made by `actor_id`."""
    ruling = escalation.ruling
    amount = ruling.amount if ruling else None
    return {
        "number": escalation.number,
        "cause": escalation.cause,
        "by": escalation.by,
        "text": escalation.text,
        "at": escalation.at,
        "decision": ruling.decision if ruling else None,
        "ruling_funded_by": ruling.funded_by if ruling else None,
        "currency": amount.currency if amount else None,
        "ruling_amount_minor": amount.minor if amount else None,
        "ruling_text": ruling.text if ruling else None,
        "ruled_at": ruling.at if ruling else None,
        "ruled_by": actor_id if ruling else None,
        "overturned": ruling.overturned if ruling else False,
    }


def clock_row(clock: ResponseClock) -> Row:
    """A response clock."""
    return {
        "number": clock.number,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "responded_at": clock.responded_at,
        "missed": clock.missed,
    }


def refund_row(refund: Refund, order_id: int) -> Row:
    """A refund of an order."""
    return {
        "order_id": order_id,
        "currency": refund.amount.currency,
        "amount_minor": refund.amount.minor,
        "funded_by": refund.funded_by,
        "status": refund.status,
        "created_at": refund.created_at,
        "settled_at": refund.settled_at,
    }


def claim_row(claim: Claim, request: Request) -> Row:
    """A claim on the shipment of its request."""
    assert request.order.shipment is not None, "only a parcel can be claimed for"
    return {
        "shipment_id": request.order.shipment.id,
        "status": claim.status,
        "carrier": claim.carrier,
        "currency": claim.coverage.currency,
        "coverage_minor": claim.coverage.minor,
        "files_at": claim.files_at,
        "file_by": claim.file_by,
        "opted_in_at": claim.opted_in_at,
        "filed_at": claim.filed_at,
        "decided_at": claim.decided_at,
        "paid_minor": claim.paid.minor if claim.paid else None,
    }


def return_row(returned: Return) -> Row:
    """A return without its label, which is kept as a parcel."""
    dispute = returned.dispute
    return {
        "status": returned.status,
        "funded_by": returned.funded_by,
        "approved_at": returned.approved_at,
        "return_to": address_row(returned.return_to),
        "drop_off_by": returned.drop_off_by,
        "dropped_off_at": returned.dropped_off_at,
        "delivered_at": returned.delivered_at,
        "review_by": returned.review_by,
        "confirmed_at": returned.confirmed_at,
        "confirmed_by": returned.confirmed_by,
        "dispute_condition": dispute.condition if dispute else None,
        "dispute_text": dispute.text if dispute else None,
        "dispute_attachment_ids": list(dispute.attachment_ids) if dispute else None,
        "disputed_at": dispute.at if dispute else None,
    }


def label_row(label: Label) -> Row:
    """The label of a return, without its parcel."""
    return {"label_url": label.url, "currency": label.cost.currency, "label_cost_minor": label.cost.minor}


def return_parcel_row(label: Label) -> Row:
    """The parcel that a return travels in."""
    return {
        "carrier": label.carrier,
        "tracking_number": label.tracking_number,
        "role": ParcelRole.RETURN,
        "replacement_number": None,
    }


def replacement_parcel_row(replacement: Replacement) -> Row:
    """The parcel that a replacement travels in."""
    return {
        "carrier": replacement.carrier,
        "tracking_number": replacement.tracking_number,
        "role": ParcelRole.REPLACEMENT,
        "replacement_number": replacement.number,
    }


def replacement_row(replacement: Replacement) -> Row:
    """A replacement without its parcel."""
    return {
        "number": replacement.number,
        "ship_by": replacement.ship_by,
        "submitted_at": replacement.submitted_at,
        "shipped_at": replacement.shipped_at,
        "delivered_at": replacement.delivered_at,
    }
