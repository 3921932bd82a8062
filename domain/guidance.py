"""What a seller is told beside a request, reason by reason: the article's guidance in our own words.

Decides the words only. Which reasons are covered and what each needs is the policy's; no rule reads this.
"""

from collections.abc import Mapping
from types import MappingProxyType

from domain.words import RequestReason

SHIPPING_DELAYED = """\
The buyer is entitled to a refund when the parcel was not dropped off within a reasonable time, and when \
its tracking never updates or never shows it in transit.
First confirm that you shipped the item.
- Shipped: check the tracking. If the carrier's website shows updates, tell the buyer that the order is on \
its way.
- Not shipped: refund the buyer."""

ITEM_MISSING = """\
The buyer is entitled to a refund when any item of the shipment is missing.
- You can prove that the item was packed, for example by a photo or video of your packing station: share \
the proof with the buyer and say that you will not refund.
- You did not pack it, or are not sure: refund the buyer or send a replacement. Message the buyer with the \
details of the replacement first, so that they agree to it."""

WRONG_ITEM = """\
The buyer is entitled to a refund when the item is not the one ordered, or has the wrong size or colour.
The buyer had to add photos: look at them first, and compare them with the item shown in the video \
receipt. If the items differ, either
- refund the buyer, with or without asking for the item back, or
- send a replacement."""

NOT_AS_DESCRIBED = """\
The buyer is entitled to a refund when the item does not match the description or condition that was \
listed or shown at the purchase.
The buyer had to add photos: look at them first, and compare the item's condition with the video receipt, \
or with the listing's photos and description.
- The buyer names no particular flaw: ask what exactly was misrepresented.
- The flaw was not shown in the show or in your video receipt: offer a partial or a full refund. If you \
want the item back, choose the refund with a return.
- The flaw was mentioned and shown in the show: tell the buyer that you disclosed it, best with a \
screenshot of the moment."""

DEFECTIVE = """\
The buyer is covered when the item is defective, does not work or has expired.
Ask for details, photos or a video if the defect is not clear. Then refund the buyer, with or without a \
return, offer a partial refund that you have discussed, or send a replacement the buyer agrees to."""

RETURNED_TO_SENDER = """\
The buyer is entitled to receive the item they purchased.
- Send a replacement to get the item back on its way: buy a new shipping label from a carrier of your \
choice, and enter its tracking number with your response.
- Or refund the buyer."""

DAMAGED_IN_TRANSIT = """\
The buyer is entitled to a refund when the item was damaged in transit.
Check that you packed it properly. If you did, you can have a claim filed with the carrier automatically, \
but only together with a refund to the buyer; you can also file one with USPS yourself."""

OTHER = """\
Buyer protection does not cover this reason, a change of mind among them: nobody asks you to refund it. \
Support handles the request."""

GUIDANCE: Mapping[RequestReason, str] = MappingProxyType(
    {
        RequestReason.SHIPPING_DELAYED: SHIPPING_DELAYED,
        RequestReason.ITEM_MISSING: ITEM_MISSING,
        RequestReason.WRONG_ITEM: WRONG_ITEM,
        RequestReason.NOT_AS_DESCRIBED: NOT_AS_DESCRIBED,
        RequestReason.DEFECTIVE: DEFECTIVE,
        RequestReason.RETURNED_TO_SENDER: RETURNED_TO_SENDER,
        RequestReason.DAMAGED_IN_TRANSIT: DAMAGED_IN_TRANSIT,
        RequestReason.OTHER: OTHER,
    }
)
