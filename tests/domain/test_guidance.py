"""Beside each request the seller reads the article's guidance for its reason, every fact of it."""

from domain.policy import CURRENT
from domain.words import RequestReason
from tests.policy import quotes


def advises(reason: RequestReason, *facts: str) -> None:
    """Assert that a reason's guidance states these facts, in this order."""
    guidance = CURRENT.reason(reason).guidance
    places = [guidance.find(fact) for fact in facts]
    assert -1 not in places, facts[places.index(-1)]
    assert places == sorted(places)


@quotes("Below we have set out some guidance on how sellers can respond to each support reason")
def test_every_reason_has_guidance_of_its_own() -> None:
    texts = [CURRENT.reason(reason).guidance for reason in RequestReason]
    assert all(texts)
    assert len(set(texts)) == len(texts)


@quotes(
    "Item's condition does not match description",
    "does not match the description or condition listed/shown at purchase",
    "so you should check the photos that the buyer submitted first",
    "Verify the item's condition against the video receipt or listing photos and description.",
    "If the buyer doesn't point out specific flaws or issues",
    "If the flaw or issue from the buyer's claim was not shown during the show",
    "If you'd like the item back be sure to process a refund with return.",
    "If the flaw or issue was explicitly mentioned and shown during the show",
    "It's recommended to share a screenshot",
)
def test_an_item_not_as_described() -> None:
    advises(
        RequestReason.NOT_AS_DESCRIBED,
        "entitled to a refund when the item does not match the description or condition",
        "look at them first",
        "the video receipt, or with the listing's photos and description",
        "names no particular flaw: ask what exactly was misrepresented",
        "was not shown in the show or in your video receipt: offer a partial or a full refund",
        "want the item back, choose the refund with a return",
        "was mentioned and shown in the show: tell the buyer that you disclosed it",
        "screenshot",
    )
    assert CURRENT.reason(RequestReason.NOT_AS_DESCRIBED).photos_required


@quotes(
    "One of my items is missing",
    "Buyers are entitled to a refund if any item from their shipment is missing.",
    "If you have proof that the item was packed",
    "If you did not pack the item in the buyer's shipment or are unsure",
    "You should message the buyer with details on the replacement",
)
def test_a_missing_item() -> None:
    advises(
        RequestReason.ITEM_MISSING,
        "entitled to a refund when any item of the shipment is missing",
        "prove that the item was packed, for example by a photo or video",
        "share the proof with the buyer and say that you will not refund",
        "did not pack it, or are not sure: refund the buyer or send a replacement",
        "Message the buyer with the details of the replacement first, so that they agree",
    )


@quotes(
    "I received the wrong item",
    "Buyers are entitled to a refund on items that are incorrect or in the wrong size / color.",
    "so check photos that buyer submitted first",
    "Compare against the item shown in the video receipt.",
    "Refunding the buyer with or without requesting the buyer return the item, or",
    "Sending a replacement to the buyer.",
)
def test_a_wrong_item() -> None:
    advises(
        RequestReason.WRONG_ITEM,
        "entitled to a refund when the item is not the one ordered, or has the wrong size or colour",
        "had to add photos: look at them first",
        "compare them with the item shown in the video receipt",
        "refund the buyer, with or without asking for the item back",
        "send a replacement",
    )
    assert CURRENT.reason(RequestReason.WRONG_ITEM).photos_required


@quotes(
    "Order is delayed and has not shipped",
    "when sellers substantially delay dropping off their shipment",
    "If the tracking information for the package never updates or shows its in transit",
    "Confirm that you shipped the item.",
    "If you did, then check tracking information.",
    "If there are tracking updates shown on the USPS website",
    "If you did not ship the item, process a refund for the buyer.",
)
def test_a_delayed_shipment() -> None:
    advises(
        RequestReason.SHIPPING_DELAYED,
        "entitled to a refund when the parcel was not dropped off within a reasonable time",
        "never updates or never shows it in transit",
        "confirm that you shipped",
        "Shipped: check the tracking",
        "shows updates, tell the buyer that the order is on its way",
        "Not shipped: refund the buyer",
    )


@quotes(
    "Item(s) damaged in transit",
    "Buyers are entitled to a refund if an item is damaged during transit.",
    "Ensure that you packaged the item properly before shipping.",
    "If you did, you can file an automated claim for packages that are damaged in transit",
    "You can also file a claim directly with USPS",
)
def test_an_item_damaged_in_transit() -> None:
    advises(
        RequestReason.DAMAGED_IN_TRANSIT,
        "entitled to a refund when the item was damaged in transit",
        "Check that you packed it properly",
        "a claim filed with the carrier automatically, but only together with a refund to the buyer",
        "you can also file one with USPS yourself",
    )


@quotes(
    "Return to Sender",
    "Buyers are entitled to receive the item they purchased.",
    'Select "Send a replacement" to send the item back to the buyer.',
    "You will need to purchase a new shipping label from a carrier of your choice",
    "You can also choose to refund the buyer for the item.",
)
def test_an_item_returned_to_its_sender() -> None:
    advises(
        RequestReason.RETURNED_TO_SENDER,
        "entitled to receive the item they purchased",
        "Send a replacement to get the item back on its way",
        "buy a new shipping label from a carrier of your choice, and enter its tracking number",
        "Or refund the buyer",
    )


@quotes("The issues below are covered by Whatnot's Buyer protection policy")
def test_a_reason_that_is_not_covered_asks_no_refund_of_the_seller() -> None:
    advises(RequestReason.OTHER, "does not cover", "a change of mind", "nobody asks you to refund it")
