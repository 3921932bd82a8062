"""Accounts, as anybody may see them, and what only Support knows of them."""

from datetime import datetime

import strawberry

from domain.rating import SupportRating
from domain.words import RatingBand
from resolvers.edges import users
from schema.columns import column, edge, global_id, over
from schema.types.late import SellerDesk
from schema.types.node import Node
from storage.reads.accounts import AccountRow, FlagRow


@over(SupportRating, "How well a seller treats requests, as everybody may see it.")
class PublicSupportRating:
    """The band alone."""

    band: RatingBand = column("How well.")


@over(AccountRow, "A member of the marketplace, or one of its Support agents.")
class User(Node):
    """An account."""

    id: strawberry.ID = global_id("User", "id")
    username: str = column("The unique name.")
    display_name: str = column("The name to show.")
    support_rating: PublicSupportRating | None = edge(
        users.public_rating, "The public support rating; null until 10 of the user's requests have counted."
    )
    desk: SellerDesk | None = edge(
        users.desk, "The user's selling side; for the seller, Support and the platform, else null."
    )
    abuse_flag: "AbuseFlag | None" = edge(
        users.flag, "Support's suspicion of this buyer; for Support, else null."
    )


@over(FlagRow, "Support's suspicion of a buyer: requests go to Support from the start.")
class AbuseFlag:
    """A flag that has not been cleared."""

    reason: str = column("Why.")
    by: User | None = edge(users.agent, "Which agent flagged the buyer.")
    at: datetime = column("Since when.")
