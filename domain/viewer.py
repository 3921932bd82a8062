"""Who is asking. Every read and every command names its viewer: there is no asking without one."""

from dataclasses import dataclass

from domain.words import Scope, ViewerRole


@dataclass(frozen=True, slots=True)
class Viewer:
    """The caller a token stands for.

    `account_id` is the member's, the partner's seller's or the agent's account; the platform has none.
    """

    role: ViewerRole
    account_id: int | None
    username: str | None
    scopes: frozenset[Scope] = frozenset()
    token_id: str | None = None

    @property
    def is_support(self) -> bool:
        """Support agents see every request."""
        return self.role is ViewerRole.SUPPORT

    @property
    def is_platform(self) -> bool:
        """The marketplace's own services report facts and import orders."""
        return self.role is ViewerRole.PLATFORM

    @property
    def member_id(self) -> int | None:
        """The account whose purchases, sales and threads this viewer may see as a party, if any."""
        return self.account_id if self.role in (ViewerRole.MEMBER, ViewerRole.PARTNER) else None

    def may(self, scope: Scope) -> bool:
        """Whether a narrow token carries this scope; members and Support are not narrowed."""
        return self.role in (ViewerRole.MEMBER, ViewerRole.SUPPORT) or scope in self.scopes
