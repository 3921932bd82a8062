"""From claims to a viewer: the account behind a token's subject.

Decides what each role needs to be somebody, and for how long a token that was believed is believed unread:
a key that is withdrawn is not asked for that long. An account's id and name never change, so they are
remembered.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.viewer import Viewer
from domain.words import ViewerRole
from server.auth import BadToken, Claims, read_claims
from server.keys import Keys
from storage import callers

MOST_REMEMBERED = 10_000
BELIEVED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a token stands for, and until when; both None for nobody."""

    viewer: Viewer | None = None
    expires_at: float | None = None
    """In seconds of the epoch."""

    @property
    def expires_in(self) -> float | None:
        """The seconds that are left, never less than none; None for what does not expire."""
        return None if self.expires_at is None else max(self.expires_at - time.time(), 0)

    @property
    def token_id(self) -> str | None:
        """By what the token can be revoked."""
        return self.viewer.token_id if self.viewer else None

    @property
    def account(self) -> tuple[object, ...] | None:
        """The same for all tokens of one account in one role, whatever their scopes; None for nobody."""
        viewer = self.viewer
        return (viewer.role, viewer.account_id, viewer.username) if viewer else None


NOBODY: Final = Caller()
NOT_BELIEVED: Final = (0.0, NOBODY)


def nothing_is_revoked(_token_id: str) -> bool:
    """Believe every token that is in date."""
    return False


class Viewers:
    """Turns `Authorization` headers into callers; `is_revoked` tells which tokens are believed no more."""

    def __init__(
        self, engine: AsyncEngine, keys: Keys, is_revoked: Callable[[str], bool] = nothing_is_revoked
    ) -> None:
        self._engine = engine
        self._keys = keys
        self._is_revoked = is_revoked
        self._known: dict[str, tuple[int, bool]] = {}
        self._believed: dict[str, tuple[float, Caller]] = {}

    async def identify(self, authorization: str | None) -> Caller:
        """Give who is calling; raises BadToken."""
        if authorization is None:
            return NOBODY
        until, caller = self._believed.get(authorization, NOT_BELIEVED)
        if time.time() >= until:
            caller = await self._read(authorization)
        # Last, with nothing awaited after it: what is revoked from now on finds the caller where it waits.
        token_id = caller.token_id
        if token_id is not None and self._is_revoked(token_id):
            raise BadToken("The token was revoked.")
        return caller

    async def _read(self, authorization: str) -> Caller:
        """Read a token, and remember who it stands for: never past its end."""
        now = time.time()
        claims = await read_claims(self._keys, authorization)
        account_id = await self._account_id(claims)
        viewer = Viewer(claims.role, account_id, claims.subject, claims.scopes, claims.token_id)
        caller = Caller(viewer, claims.expires_at)
        if len(self._believed) >= MOST_REMEMBERED:
            self._believed.clear()
        self._believed[authorization] = (min(now + BELIEVED_SECONDS, claims.expires_at), caller)
        return caller

    async def _account_id(self, claims: Claims) -> int | None:
        if claims.role is ViewerRole.PLATFORM:
            return None
        account_id, is_agent = await self._account(claims)
        if (claims.role is ViewerRole.SUPPORT) != is_agent:
            raise BadToken("The token's role is not its account's.")
        return account_id

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
