"""What a client does about each refusal: the documentation's third column beside code and meaning.

Decides the words for developers alone; what people are told is the refusal's own sentence.
"""

from collections.abc import Mapping
from typing import Final

from domain.words import UserErrorCode as Code

ADVICE: Final[Mapping[Code, str]] = {
    Code.NOT_FOUND: "Check the id and whose token it is; what the caller may not see answers the same.",
    Code.NOT_YOUR_ORDER: "Offer help on an order to its buyer alone.",
    Code.NOT_ALLOWED: "Use a token of the right role, or with the scope that the message names.",
    Code.REQUIRED: "Ask for the field.",
    Code.TOO_LONG: "Shorten the text; the message says to how much.",
    Code.TOO_MANY: "Send fewer at once; the message says how many.",
    Code.INVALID: "Correct the field; the message says what fits.",
    Code.STALE_VERSION: "Read the request again, show what changed, and let the person decide anew.",
    Code.THREAD_LOCKED: "Hide the composer: Support has the conversation.",
    Code.THREAD_READ_ONLY: "Hide the composer (`Thread.writable` says so beforehand).",
    Code.ORDER_CHARGED_BACK: "Nothing more can be done on this order.",
    Code.REQUEST_ALREADY_OPEN: "Lead to `Order.openRequest`.",
    Code.ALREADY_RULED: "Offer another reason, or none.",
    Code.ALREADY_MAILED: "Offer a support request instead.",
    Code.REASON_DOES_NOT_FIT: "Offer another reason; the message names the fact against this one.",
    Code.WINDOW_NOT_OPEN: "Show from when it is possible, and try then.",
    Code.WINDOW_CLOSED: "Show that it is too late; `until` and `fileBy` tell it beforehand.",
    Code.NOTHING_LEFT_TO_REFUND: "Nothing: the buyer has everything back.",
    Code.EVIDENCE_REQUIRED: "Ask for a photo; `eligibility.photosRequired` says so beforehand.",
    Code.SURVEY_CLOSED: "Hide the survey.",
    Code.INVALID_STATE: "Read the request again and offer its `availableActions`.",
    Code.OFFER_NOT_OPEN: "Read the request again and show the offer that is open, if any.",
    Code.RETURN_NOT_POSSIBLE: "Offer a response without a return.",
    Code.RETURN_ADDRESS_REQUIRED: "Ask for the address (`updateReturnAddress`), then try again.",
    Code.AGREEMENT_REQUIRED: "Let the seller confirm that the buyer agreed.",
    Code.TRACKING_REQUIRED: "Ask for the tracking number.",
    Code.TRACKING_IN_USE: "Ask for the right number: this one belongs to another parcel.",
    Code.CURRENCY_MISMATCH: "Send the order's own currency.",
    Code.AMOUNT_OUT_OF_RANGE: "Keep the amount within what the message names.",
    Code.CLAIM_NOT_ELIGIBLE: "Send the response without `fileClaim`; the preview says so beforehand.",
    Code.ATTACHMENT_REJECTED: "Upload a photo or a video anew and name that.",
    Code.IDEMPOTENCY_KEY_REUSED: "Make a new key for each thing a person does.",
    Code.IDEMPOTENCY_IN_PROGRESS: "Send the same call again after a moment.",
}
