"""What has an id."""

import strawberry

from schema.columns import column


@strawberry.interface(description="Something with an id of its own, which `node` finds again.")
class Node:
    """The Relay interface."""

    id: strawberry.ID = column("Names this object in the whole graph.")
