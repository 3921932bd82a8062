"""Why a plan is not made, or not carried through: whoever asked falls back to the plain executor.

Decides the reasons' names, which are counted.
"""


class Unsupported(Exception):  # noqa: N818 as in "unsupported document"
    """No plan is made of this operation; the message is the reason's name."""


class Bailed(Exception):  # noqa: N818 as in "bailed out"
    """A plan met what it leaves to the plain executor: an error, or null where there must be none."""
