"""From claims to a viewer: the account behind a token's subject.

Decides what each role needs to be somebody. An account's id and name never change, so they are remembered.
"""

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.viewer import Viewer
from domain.words import ViewerRole
from server.auth import BadToken, Claims, read_claims
from server.keys import Keys
from storage import callers

MOST_REMEMBERED = 10_000


class Viewers:
    """Turns `Authorization` headers into viewers."""

    def __init__(self, engine: AsyncEngine, keys: Keys) -> None:
        self._engine = engine
        self._keys = keys
        self._known: dict[str, tuple[int, bool]] = {}

    async def identify(self, authorization: str | None) -> Viewer | None:
        """Give who is calling, None for nobody; raises BadToken."""
        if authorization is None:
            return None
        claims = await read_claims(self._keys, authorization)
        if claims.role is ViewerRole.PLATFORM:
            return Viewer(claims.role, None, claims.subject, claims.scopes, claims.token_id)
        account_id, is_agent = await self._account(claims)
        if (claims.role is ViewerRole.SUPPORT) != is_agent:
            raise BadToken("The token's role is not its account's.")
        return Viewer(claims.role, account_id, claims.subject, claims.scopes, claims.token_id)

    async def _account(self, claims: Claims) -> tuple[int, bool]:
        known = self._known.get(claims.subject)
        if known is None:
            async with self._engine.connect() as connection:
                account = await callers.by_username(connection, claims.subject)
            if account is None:
                raise BadToken("The token's account does not exist here.")
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            known = self._known[claims.subject] = (account.id, account.is_agent)
        return known
