"""A token's end is its connections' end: by time, by revocation, on every node; and a fresh one goes on."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.words import Scope, ViewerRole
from server.auth import BadToken, what_to_revoke
from server.keys import SecretKeys
from server.revocations import Revocations
from server.viewers import Viewers
from storage import revocations
from tests.server.live import (
    SECRET,
    Live,
    Socket,
    add_members,
    authorization,
    live,
    nothing_logged,
    platform_token,
    token,
)
from tests.server.stage import Told
from tests.server.test_sse import following

FOLLOW = "subscription { told { text scopes } }"


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[Live]:
    await add_members(database_url, "ana", "bo")
    async with live(database_url, tmp_path) as served:
        yield served


def token_id(bearer: str) -> str:
    found: str = jwt.decode(bearer, options={"verify_signature": False})["jti"]
    return found


async def revoke(engine: AsyncEngine, bearer: str) -> None:
    async with engine.begin() as connection:
        at = datetime.now(UTC) + timedelta(hours=1)
        await revocations.revoke(connection, token_id(bearer), expires_at=at)


async def renew(socket: Socket, bearer: str) -> None:
    await socket.send({"type": "ping", "payload": authorization(bearer)})


async def test_the_acknowledgement_tells_how_long_the_token_lasts(served: Live) -> None:
    async with served.socket(begun=False) as socket:
        payload = (await socket.init(token(ttl=600)))["payload"]
        assert 590 <= payload["expiresIn"] <= 600


async def test_the_token_may_come_with_the_upgrade_and_the_payload_goes_before_it(served: Live) -> None:
    headers = authorization(token("ana"))
    async with served.socket(additional_headers=headers) as socket:
        assert await socket.ask("1", "{ role }") == {"data": {"role": "MEMBER"}}
    async with served.socket(platform_token(), additional_headers=headers) as socket:
        assert await socket.ask("1", "{ role }") == {"data": {"role": "PLATFORM"}}
    async with served.socket(begun=False) as socket:
        await socket.send({"type": "connection_init", "payload": {"AUTHORIZATION": f"Bearer {token('bo')}"}})
        assert (await socket.receive())["type"] == "connection_ack"
        assert await socket.ask("1", "{ role }") == {"data": {"role": "MEMBER"}}


@pytest.mark.parametrize("bearer", ["nonsense", token("nobody"), token("ana", ViewerRole.SUPPORT)])
async def test_a_token_that_is_not_believed_closes_the_socket(served: Live, bearer: str) -> None:
    async with nothing_logged(), served.socket(begun=False) as socket:
        await socket.send({"type": "connection_init", "payload": authorization(bearer)})
        code, reason = await socket.ended()
        assert code == 4403
        assert reason


async def test_a_socket_ends_with_its_token(served: Live) -> None:
    async with nothing_logged(), served.socket(token(ttl=2)) as socket:
        await socket.begin("1", FOLLOW)
        await served.stage.followed_by(1)
        assert await socket.ended() == (4403, "The token has expired.")
    await served.stage.followed_by(0)


async def test_a_fresh_token_lets_the_socket_go_on(served: Live) -> None:
    short = token(ttl=3)
    async with nothing_logged(), served.socket(short) as socket, served.socket(short) as witness:
        await renew(socket, token(ttl=600))
        pong = await socket.receive()
        assert pong["type"] == "pong"
        assert 590 <= pong["payload"]["expiresIn"] <= 600
        assert (await witness.ended())[0] == 4403
        assert await socket.ask("1", "{ role }") == {"data": {"role": "MEMBER"}}


async def test_a_narrower_token_counts_from_the_next_event_on(served: Live) -> None:
    async with served.socket(platform_token(Scope.PLATFORM_WRITE)) as socket:
        await socket.begin("1", FOLLOW)
        await served.stage.followed_by(1)
        served.stage.tell(Told(text="a"))
        assert (await socket.receive())["payload"]["data"]["told"]["scopes"] == [Scope.PLATFORM_WRITE]
        await renew(socket, platform_token())
        assert (await socket.receive())["type"] == "pong"
        served.stage.tell(Told(text="b"))
        assert (await socket.receive())["payload"]["data"]["told"]["scopes"] == []


@pytest.mark.parametrize(
    "other", [token("bo"), token("ana", ViewerRole.PARTNER), platform_token(), "nonsense"]
)
async def test_a_token_of_somebody_else_is_no_fresh_one(served: Live, other: str) -> None:
    async with nothing_logged(), served.socket(token("ana")) as socket:
        await renew(socket, other)
        assert (await socket.ended())[0] == 4403


async def test_nobody_becomes_somebody_by_a_new_socket_alone(served: Live) -> None:
    async with served.socket() as socket:
        await renew(socket, token("ana"))
        assert (await socket.ended())[0] == 4403


async def test_a_revoked_token_ends_within_five_seconds_on_every_node(
    served: Live, database_url: str, tmp_path: Path, engine: AsyncEngine
) -> None:
    revoked, other = token("ana"), token("ana")
    async with (
        live(database_url, tmp_path / "other") as elsewhere,
        served.socket(revoked) as here,
        elsewhere.socket(revoked) as there,
        elsewhere.http(revoked) as http,
        following(http) as stream,
        served.socket(other) as untouched,
    ):
        await here.begin("1", FOLLOW)
        await served.stage.followed_by(1)
        await revoke(engine, revoked)
        async with asyncio.timeout(5):
            assert await here.ended() == (4403, "The token was revoked.")
            assert await there.ended() == (4403, "The token was revoked.")
            assert await stream.event() == []  # without completion: to be asked for again
        await served.stage.followed_by(0)
        assert await untouched.ask("1", "{ role }") == {"data": {"role": "MEMBER"}}

        for node in (served, elsewhere):
            async with node.http(revoked) as http_again:
                answer = await http_again.post("/graphql", json={"query": "{ role }"})
                assert (answer.status_code, "revoked" in answer.text) == (401, True)
            async with node.socket(begun=False) as socket:
                await socket.send({"type": "connection_init", "payload": authorization(revoked)})
                assert await socket.ended() == (4403, "The token was revoked.")


async def test_a_socket_with_a_fresh_token_outlives_the_revocation_of_its_old_one(
    served: Live, engine: AsyncEngine
) -> None:
    old, fresh, witness = token("ana"), token("ana"), token("ana")
    async with served.socket(old) as socket, served.socket(witness) as seen:
        await renew(socket, fresh)
        assert (await socket.receive())["type"] == "pong"
        await revoke(engine, old)
        await revoke(engine, witness)
        assert (await seen.ended())[0] == 4403
        assert await socket.ask("1", "{ role }") == {"data": {"role": "MEMBER"}}


async def test_an_event_stream_ends_with_its_token(served: Live) -> None:
    async with nothing_logged(), served.http(token(ttl=2)) as http, following(http) as stream:
        assert await stream.event() == []
    await served.stage.followed_by(0)


async def test_revocations_outlive_the_absence_of_the_database(engine: AsyncEngine) -> None:
    bearer = platform_token()
    heard: list[frozenset[str]] = []
    known = Revocations(engine, heard.append)
    await revoke(engine, bearer)
    await known.look()
    assert heard == [{token_id(bearer)}]
    async with engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE revoked_tokens RENAME TO away")
    await known.look()
    assert known.is_revoked(token_id(bearer))
    viewers = Viewers(engine, SecretKeys(SECRET), known.is_revoked)
    with pytest.raises(BadToken, match="revoked"):
        await viewers.identify(f"Bearer {bearer}")
    async with engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE away RENAME TO revoked_tokens")
    await known.look()
    assert heard == [{token_id(bearer)}]


async def test_a_revocation_is_forgotten_some_time_after_its_token(engine: AsyncEngine) -> None:
    now = datetime.now(UTC)
    async with engine.begin() as connection:
        await revocations.revoke(connection, "long over", expires_at=now - timedelta(days=2))
        await revocations.revoke(connection, "just over", expires_at=now - timedelta(hours=2))
        assert await revocations.revoked(connection) == {"just over"}
        await revocations.revoke(connection, "new", expires_at=now)
        await revocations.revoke(connection, "new", expires_at=now - timedelta(days=3))
        assert await revocations.revoked(connection) == {"just over", "new"}


def test_a_whole_token_is_revoked_by_its_id_until_its_end() -> None:
    bearer = token("ana", ttl=600)
    claims = jwt.decode(bearer, options={"verify_signature": False})
    for given in (bearer, f"Bearer {bearer}", f" {bearer}\n"):
        assert what_to_revoke(given) == (claims["jti"], claims["exp"])
    bare, until = what_to_revoke("an.id.of-somebody")
    assert bare == "an.id.of-somebody"
    assert until > claims["exp"]
    with pytest.raises(BadToken, match="no id"):
        what_to_revoke(jwt.encode({"sub": "ana", "exp": claims["exp"]}, SECRET))
