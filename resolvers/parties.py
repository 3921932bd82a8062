"""On which side of a sale a caller stands, and whether the caller's token is wide enough to act there.

Decides in this order: what a caller cannot see is not found; a caller without a side, or with too narrow a
token, is not allowed. Knows no status.
"""

from domain.refusals import NotAllowed, NotFound, ScopeMissing
from domain.words import Party, Scope, ViewerRole
from resolvers.context import Context
from resolvers.mutate import Write

REPORTS_ONLY = "The marketplace's own services report facts; they act for neither buyer nor seller."


def acting_party(
    context: Context,
    *,
    seller_id: int,
    buyer_id: int,
    scope: Scope,
    what: str = "request",
    field: str = "requestId",
) -> Party:
    """Give the side a caller acts on. Raises NotFound, NotAllowed or ScopeMissing."""
    party = context.sight.as_party(seller_id=seller_id, buyer_id=buyer_id)
    if party is None and not context.sight.everything:
        raise NotFound(what, field)
    if party is None:
        raise NotAllowed(REPORTS_ONLY)
    require_scope(context, scope)
    return party


def require_scope(context: Context, scope: Scope) -> None:
    """Raises ScopeMissing for a token that is too narrow."""
    if context.viewer is None or not context.viewer.may(scope):
        raise ScopeMissing(scope)


def require_platform(write: Write) -> None:
    """Raises NotAllowed for whoever is not one of the marketplace's own services."""
    if not write.viewer.is_platform:
        raise NotAllowed("Only the marketplace's own services report this.")
    require_scope(write.context, Scope.PLATFORM_WRITE)


def require_platform_or_support(write: Write) -> None:
    """Raises NotAllowed for whoever is neither of Support nor one of the marketplace's own services."""
    if not write.viewer.is_support:
        if not write.viewer.is_platform:
            raise NotAllowed("Only Support and the marketplace's own services do this.")
        require_scope(write.context, Scope.PLATFORM_WRITE)


def require_support(write: Write) -> int:
    """Give the agent's account. Raises NotAllowed for whoever is not of Support."""
    if not write.viewer.is_support or write.viewer.account_id is None:
        raise NotAllowed("Only Support does this.")
    return write.viewer.account_id


def require_member(write: Write) -> int:
    """Give the member's own account. Raises NotAllowed for tools, Support and the marketplace's services."""
    if write.viewer.role is not ViewerRole.MEMBER or write.viewer.account_id is None:
        raise NotAllowed("Only a member does this, with a token of their own.")
    return write.viewer.account_id
