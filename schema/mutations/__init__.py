"""Everything that changes something, by who does it."""

import strawberry

from schema.mutations.conversation import ConversationMutations
from schema.mutations.desk import DeskMutations
from schema.mutations.notifications import NotificationMutations
from schema.mutations.platform import PlatformMutations
from schema.mutations.requests import BuyerMutations, RulingMutations, SellerMutations
from schema.mutations.sandbox import SandboxMutations
from schema.mutations.support import SupportMutations


@strawberry.type(
    description="What can be changed. Each takes one input; what the caller can mend is in its payload's "
    "userErrors."
)
class Mutation(
    SandboxMutations,
    PlatformMutations,
    SupportMutations,
    RulingMutations,
    NotificationMutations,
    ConversationMutations,
    DeskMutations,
    SellerMutations,
    BuyerMutations,
):
    """Every mutation; buyers come first in the schema, the sandbox last."""
