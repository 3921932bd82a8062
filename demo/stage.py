"""Where people of the demo act: one connection, and calls that happen at an instant of their own.

Decides who a name stands for. What a call does is its use case's business.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.viewer import Viewer
from domain.words import Scope, ViewerRole
from resolvers.context import Context
from resolvers.mutate import Write
from storage.tables import accounts


@dataclass(frozen=True, slots=True)
class Moment(Write):
    """A call that happens when the story says so, whatever the clock shows."""

    at: datetime

    async def now(self) -> datetime:
        """The instant of the story."""
        return self.at

    def as_of(self, read: datetime) -> datetime:  # noqa: ARG002 nothing is read off the clock
        """The same."""
        return self.at


class NoLinks:
    """Nobody in the demo follows a link."""

    def upload(self, attachment_id: int) -> tuple[str, datetime]:
        """Never asked for."""
        raise NotImplementedError

    def attachment(self, attachment_id: int) -> str:
        """Never asked for."""
        raise NotImplementedError

    def statement(self, seller_id: int, year: int, month: int) -> str:
        """Never asked for."""
        raise NotImplementedError


class Company:
    """The viewers behind the demo's names, found once their accounts are there."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}

    async def member(self, connection: AsyncConnection, username: str) -> Viewer | None:
        """A buyer or seller; None before the first import that names them."""
        return await self._find(connection, username, ViewerRole.MEMBER)

    async def agent(self, connection: AsyncConnection, username: str) -> Viewer:
        """Someone of Support."""
        viewer = await self._find(connection, username, ViewerRole.SUPPORT)
        assert viewer is not None, "agents come first"
        return viewer

    async def account(self, connection: AsyncConnection, username: str) -> int | None:
        """Somebody's account; None before the first import that names them."""
        if username not in self._ids:
            everybody = sa.select(accounts.c.username, accounts.c.id)
            self._ids = {row.username: row.id for row in await connection.execute(everybody)}
        return self._ids.get(username)

    async def _find(self, connection: AsyncConnection, username: str, role: ViewerRole) -> Viewer | None:
        id_ = await self.account(connection, username)
        return None if id_ is None else Viewer(role, id_, username)


PLATFORM = Viewer(ViewerRole.PLATFORM, None, "platform", frozenset({Scope.PLATFORM_WRITE}))


@dataclass(frozen=True, slots=True)
class Stage:
    """One connection, on which one call is made after the other."""

    engine: AsyncEngine
    connection: AsyncConnection
    company: Company

    async def account(self, username: str) -> int:
        """The account of somebody who is there."""
        id_ = await self.company.account(self.connection, username)
        assert id_ is not None, "whoever acts has traded, or was hired"
        return id_

    async def member(self, username: str, at: datetime) -> Moment:
        """A call of a buyer or seller who is there."""
        viewer = await self.company.member(self.connection, username)
        assert viewer is not None, "whoever acts has traded"
        return self._moment(viewer, at)

    async def agent(self, username: str, at: datetime) -> Moment:
        """A call of someone of Support."""
        return self._moment(await self.company.agent(self.connection, username), at)

    def platform(self, at: datetime) -> Moment:
        """A call of the marketplace's own services."""
        return self._moment(PLATFORM, at)

    def _moment(self, viewer: Viewer, at: datetime) -> Moment:
        return Moment(self.connection, viewer, Context(self.engine, viewer, NoLinks(), sandbox=True), at)
