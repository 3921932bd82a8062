"""The sentences that ask for something the product does not do yet, and what that is.

The coverage page shows them under a heading of their own. What stands here is the whole of it: a sentence
that is neither held by a test, nor asks nothing, nor stands here, fails; so does one that stands here and
is held.
"""

BY_EMAIL = "Nothing is sent by e-mail yet."

NOT_YET: dict[str, tuple[str, ...]] = {
    BY_EMAIL: (
        "you will be notified via email and in-app notifications whenever you receive a new request",
        "You will receive an update via email with the resolution",
    ),
}
