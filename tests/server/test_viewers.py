"""A believed token is somebody only if its account is there and has the role it claims."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.viewer import Viewer
from domain.words import Scope, ViewerRole
from server.auth import BadToken, issue_token
from server.keys import SecretKeys
from server.viewers import Caller, Viewers
from storage import callers
from storage.tables import accounts

SECRET = "a secret of the tests, long enough"
AT = datetime(2026, 1, 5, tzinfo=UTC)


def bearer(name: str, role: ViewerRole, *scopes: Scope) -> str:
    return "Bearer " + issue_token(SECRET, name, role, ttl_seconds=60, scopes=frozenset(scopes))


async def viewer_of(viewers: Viewers, authorization: str) -> Viewer:
    caller = await viewers.identify(authorization)
    assert caller.viewer is not None
    assert caller.expires_in is not None
    assert 0 < caller.expires_in <= 60
    return caller.viewer


@pytest.fixture
async def viewers(engine: AsyncEngine) -> Viewers:
    async with engine.begin() as connection:
        await connection.execute(
            sa.insert(accounts).values(username="ana", display_name="Ana", created_at=AT)
        )
        await callers.ensure_agent(connection, "mara", at=AT)
    return Viewers(engine, SecretKeys(SECRET))


async def test_no_header_is_nobody(viewers: Viewers) -> None:
    assert await viewers.identify(None) == Caller(None, None)


async def test_each_role_is_somebody(viewers: Viewers) -> None:
    for _ in range(2):  # the second time the account is remembered
        member = await viewer_of(viewers, bearer("ana", ViewerRole.MEMBER))
        assert (member.username, member.member_id) == ("ana", member.account_id)
    assert (await viewer_of(viewers, bearer("mara", ViewerRole.SUPPORT))).is_support
    platform = await viewer_of(viewers, bearer("platform", ViewerRole.PLATFORM, Scope.PLATFORM_WRITE))
    assert (platform.account_id, platform.scopes) == (None, frozenset({Scope.PLATFORM_WRITE}))


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("nobody", ViewerRole.MEMBER),
        ("ana", ViewerRole.SUPPORT),
        ("mara", ViewerRole.MEMBER),
        ("mara", ViewerRole.PARTNER),
    ],
)
async def test_nobody_is_more_than_the_account_says(viewers: Viewers, name: str, role: ViewerRole) -> None:
    with pytest.raises(BadToken):
        await viewers.identify(bearer(name, role))


async def test_a_members_name_never_becomes_an_agents(engine: AsyncEngine, viewers: Viewers) -> None:
    async with engine.begin() as connection:
        assert not (await callers.ensure_agent(connection, "ana", at=AT)).is_agent
        assert await callers.is_anyone_here(connection)
    assert await viewers.identify(bearer("ana", ViewerRole.MEMBER))
