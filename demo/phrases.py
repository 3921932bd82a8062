"""What people in the demo write to each other; `{item}`, `{buyer}`, `{seller}`, `{amount}` are filled in."""

from collections.abc import Mapping

from domain.words import RequestReason

Phrases = tuple[str, ...]

OPENING: Mapping[RequestReason, Phrases] = {
    RequestReason.SHIPPING_DELAYED: (
        (
            "I bought {item} well over a week ago and the tracking still says the label was created. Has "
            "it gone out?"
        ),
        "No movement on {item} at all. I was hoping to have it by the weekend. Can you check?",
        "Still waiting on {item}. The number you gave me doesn't show a single scan.",
        "It has been a while since your show and {item} hasn't shipped as far as I can tell.",
    ),
    RequestReason.ITEM_MISSING: (
        "The parcel came today but {item} wasn't in it. Everything else was there, nicely packed.",
        "Opened the box twice: no {item}. The packing slip lists it, though.",
        "I think one thing got left out of my order. {item} is missing.",
        "Hi! Two of my three wins arrived. {item} didn't make it into the box.",
    ),
    RequestReason.WRONG_ITEM: (
        "This isn't what I won. I was supposed to get {item}; photos of what came are attached.",
        "I think I got somebody else's order. Mine was {item}. See the pictures.",
        "Wrong one in the mailer! I bought {item} and this is clearly not it.",
        "It's close, but it's not {item} as shown on the stream. Photos attached.",
    ),
    RequestReason.NOT_AS_DESCRIBED: (
        "{item} looks quite different from how it was shown. There's a flaw you can see in the second photo.",
        "The condition was called better than this on stream. I've taken close-ups of {item} under a lamp.",
        (
            "I love the show, but {item} is not in the condition listed. Photos attached, tell me what you "
            "think."
        ),
        "There's a mark on {item} that nobody mentioned. You can see it in the pictures.",
    ),
    RequestReason.DEFECTIVE: (
        "{item} arrived and I've tried everything, but it simply doesn't work.",
        (
            "Sad to say {item} gave up after ten minutes. I've attached nothing fancy, just my word and "
            "patience."
        ),
        "Something's wrong with {item}. It was fine on stream, so maybe it's an easy fix?",
        "Plugged in, reset, tried again: {item} is dead on arrival.",
    ),
    RequestReason.RETURNED_TO_SENDER: (
        "The carrier says {item} is going back to you. My address is right, so I don't know what happened.",
        "Tracking shows {item} was returned to sender. Could you send it again?",
        "My parcel with {item} turned around two towns away. What do we do now?",
    ),
    RequestReason.DAMAGED_IN_TRANSIT: (
        "The box with {item} was crushed on one side and the item didn't survive it.",
        "{item} arrived broken. The mailer has a tyre print on it, I kid you not.",
        "Wet box, damaged {item}. I don't blame you, it was packed well, but here we are.",
        "Looks like the parcel was dropped: {item} is damaged. I kept all the packaging.",
    ),
    RequestReason.OTHER: (
        "I changed my mind about {item}: it doesn't fit the shelf I had in mind. Can I send it back?",
        "I bid on {item} by accident while scrolling. Is there any way out of this?",
        "Could I swap {item} for a different one from the same show?",
    ),
}

CANCELLING: Phrases = (
    "I won {item} twice by accident, my thumb slipped. Could you cancel this one before it ships?",
    "Sorry to ask: can we cancel {item}? I just found out I already own it.",
    "Wrong shipping address on my account. Please cancel {item} and I'll buy it again next show.",
    "My kid got hold of my phone. Please cancel {item}. So sorry!",
)
CANCELLATION_APPROVED: Phrases = ("No problem at all, it's cancelled. See you at the next show!",)
CANCELLATION_DECLINED: Phrases = (
    "It's boxed, labelled and on the pile for this afternoon's pickup, so I can't pull it any more.",
    "Sorry, auction wins are final on my channel. I say so at the start of every show.",
)

REFUND: Phrases = (
    "I'm so sorry about that, {buyer}. You have all of it back. Keep the item, no need to return it.",
    "That one's on us. I've refunded you in full, and thank you for the clear pictures.",
    "You shouldn't have to chase this. Refunded, and I'll throw in something extra with your next order.",
    "Full refund is on its way. We've changed how we pack these because of you.",
)
REFUND_ON_RETURN: Phrases = (
    "Happy to give you everything back, {buyer}. Please send it to us with the label below.",
    "Of course you can return it. Drop it off with the label and I'll check it the day it gets here.",
    "No argument from me. Use the prepaid label, keep the receipt, and you'll have your money soon.",
)
OFFER_TALK: Phrases = (
    "Would you be happy keeping it for {amount} back? If not, we'll sort out a return.",
    "I can see the flaw now that you point it out. How about {amount} back and you keep it?",
)
OFFER_TALK_ANSWER: Phrases = (
    "That sounds fair, send it over.",
    "Let me think about it, but go ahead and make the offer.",
    "Yes, I'd rather keep it than pack it up again.",
)
OFFER_NOTE: Phrases = (
    "As we discussed: {amount} back, and you keep it.",
    "{amount} for the flaw. Thanks for being so reasonable about it.",
    "Here's {amount}. That's about what the difference in grade is worth.",
)
REPLACEMENT_TALK: Phrases = (
    "I have another one here in the same condition. Shall I send you that instead?",
    "Good news: there's a second one on the shelf, photo attached. Want it?",
)
REPLACEMENT_TALK_ANSWER: Phrases = (
    "Yes please, that would be perfect.",
    "Oh, it's even nicer than the first one. Yes!",
    "Works for me, thank you.",
)
REPLACEMENT: Phrases = (
    "It's packed and labelled. Tracking is in the request now.",
    "On its way to you with extra bubble wrap this time.",
)
EXPLANATION: Phrases = (
    (
        "I went back to the video receipt: the flaw is shown at the 42-minute mark and I read it out "
        "before bidding."
    ),
    "Our packing camera shows the item going into your box and the box being sealed, screenshot attached.",
    "It has been with you for over a week and worked on stream, so this isn't something I can refund.",
    "The tracking shows it moving again since yesterday; it should be with you by Thursday.",
    "The listing says 'untested, sold for parts', and I repeated that during the show.",
)
DETAILS: Phrases = (
    "Could you send me a photo of the whole item and one of the label on the box?",
    "Which part exactly is it? A short video would help me a lot.",
    "Was anything else in the parcel? I'd like to find out where it went wrong before I decide.",
)
DETAILS_ANSWER: Phrases = (
    "Sure, here you go. It's the lower left corner, next to the sticker.",
    "That's everything that was in the box. I've laid it all out for the picture.",
    "Here's the label, and a close-up. Let me know if you need more.",
)
CHATTER_SELLER: Phrases = (
    "Thanks for telling me, {buyer}. I'm on the road until tonight and will look at it first thing.",
    "Let me check the packing video, back in an hour.",
    "I've asked the post office about it. I'll write as soon as I hear something.",
)
CHATTER_BUYER: Phrases = (
    "No rush, thank you for looking into it!",
    "Any news?",
    "Just checking in on this one.",
    "I'm around all day if you need anything else from me.",
)
WITHDRAWN: Phrases = (
    "Never mind, it was under the flap of the box. Thank you!",
    "It just arrived! Forget I asked.",
)

ESCALATION_SILENCE: Phrases = (
    "I've waited for days and not had a single answer from the seller.",
    "{seller} hasn't replied at all. Could somebody please step in?",
)
ESCALATION_DECLINE: Phrases = (
    "I don't agree. The flaw isn't visible in the part of the video they mean.",
    "The seller says no, but the photos speak for themselves. Please take a second look.",
    "I never opened it; how could I have broken it?",
)
ESCALATION_HELP: Phrases = (
    "We're going round in circles here and I'd like Support to have a look.",
    "The offer ran out while I was travelling, and now nobody answers.",
    "The replacement was never shipped.",
)
DISPUTE: Phrases = (
    "What came back is a different, cheaper one. The serial number doesn't match the one on my intake sheet.",
    "The parcel was empty but for a crumpled newspaper. Weight on the label: 40 grams.",
    "It has been worn and washed; it smelled of detergent when I opened it.",
    "Two pieces of the set are missing from what was returned.",
)

RULING_FOR_BUYER: Phrases = (
    (
        "We have looked at the photos and the video receipt. The item differs from its listing, so you are "
        "refunded."
    ),
    "The seller did not answer in time and the tracking bears out what you say. You are refunded.",
    "After looking at both sides we decided for the buyer; the refund is on its way.",
)
RULING_ON_RETURN: Phrases = (
    "Please send the item back with the label provided. The refund follows once the seller has confirmed it.",
)
RULING_PLATFORM: Phrases = (
    "Neither of you could have prevented this. We cover the refund; the seller is not charged.",
    "The parcel was lost by the carrier. We refund the buyer and the seller pays nothing.",
    "Thank you both for your patience. This one is on us.",
)
RULING_UPHELD: Phrases = (
    "The flaw was shown and described before bidding ended, so the seller's decision stands.",
    "The evidence shows that the item was packed and sent as sold. There will be no refund.",
    "Buyer protection does not cover a change of mind. The seller's decision stands.",
)
RULING_RETURN_REJECTED: Phrases = (
    (
        "The returned parcel did not contain what was sold. The refund is declined and the seller keeps "
        "the payment."
    ),
)
HANDED_OVER: Phrases = ("The seller can help you with this best, so we have asked them to answer you here.",)
TAKEN_OVER: Phrases = ("We are taking this request over from here and will come back to both of you.",)

SURVEY_UP: Phrases = (
    "Quick and kind.",
    "Best support I've had on here.",
    "Sorted within the hour!",
    "Really went out of their way.",
)
SURVEY_DOWN: Phrases = (
    "Took forever to get an answer.",
    "I had to ask Support to get anywhere.",
    "Felt brushed off.",
)

NOTES: Phrases = (
    "Watched the receipt from 38:00 on; the corner is never shown up close.",
    "Third request on this listing this month, keep an eye on the seller's photos.",
    "Buyer's photos carry the right date. Carrier confirms a weight of 1.2 kg.",
    "Asked the carrier for the scan at the hub; answer expected tomorrow.",
)

DIRECT: Phrases = (
    "Hi! Will you have more of those at the next show?",
    "Do you combine shipping if I win something on Friday too?",
    "Loved last night's stream. What was the name of the song at the end?",
    "Could you hold the blue one for me until I get paid on Thursday?",
    "Is the green one still around? I missed the end of the show.",
    "What time do you go live this weekend?",
)
DIRECT_ANSWER: Phrases = (
    "Hi {buyer}! Yes, Friday at seven, come early.",
    "Always! Everything won within three days ships together.",
    "I can put it aside until Sunday, after that it goes back in the case.",
    "It's still here. I'll bring it out first thing at the next show.",
    "Saturday at six, Pacific. Bring snacks.",
)
DIRECT_THANKS: Phrases = ("Perfect, see you there!", "You're the best.", "Great, thank you!")

SAVED_REPLIES: Mapping[str, str] = {
    "Sorry, refunded": "Hi {{buyer}}, I'm sorry about {{item}}. I've refunded you in full; it takes 3 "
    "to 5 days.",
    "Photos, please": "Hi {{buyer}}, could you send me a photo of the item and one of the shipping label?",
    "Return label": "Hi {{buyer}}, please use the label in this request and drop the parcel off within "
    "five days.",
    "Shipped today": "Hi {{buyer}}, {{item}} went out today. The tracking will wake up tonight.",
}
FLAGGING = "Six refunds from five sellers in four weeks; two return parcels weighed less than an envelope."
CLEARING = "Spoke with the buyer: a neighbour took the parcels in. Nothing wrong here."
