"""A token is believed when it is signed rightly, in date, and says only what we know."""

import json
import time
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from domain.words import Scope, ViewerRole
from server.auth import BadToken, Claims, issue_token, read_claims
from server.keys import KeySet, SecretKeys

SECRET = "a secret of the tests, long enough"
KEYS = SecretKeys(SECRET)
LATER = float(int(time.time()) + 86_400)  # after the whole suite, however slow the machine


def signed(**claims: object) -> str:
    return "Bearer " + jwt.encode({"sub": "ana", "exp": LATER} | claims, SECRET)


async def test_our_own_token_is_believed() -> None:
    token = issue_token(
        SECRET, "ana", ViewerRole.PARTNER, ttl_seconds=60, scopes=frozenset({Scope.LEDGER_READ})
    )
    claims = await read_claims(KEYS, f"Bearer {token}")
    assert claims.subject == "ana"
    assert claims.role is ViewerRole.PARTNER
    assert claims.scopes == {Scope.LEDGER_READ}
    assert claims.token_id


async def test_a_token_without_a_role_is_a_members() -> None:
    assert await read_claims(KEYS, signed()) == Claims("ana", ViewerRole.MEMBER, frozenset(), None, LATER)


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("Basic abc", "must read: Bearer"),
        ("Bearer", "must read: Bearer"),
        ("Bearer nonsense", "not valid"),
        (signed(exp=time.time() - 1), "expired"),
        (signed(nbf=LATER - 60), "not valid yet"),
        (signed(role="KING"), "not valid"),
        (signed(scope="everything"), "not valid"),
        (signed(scope=["ledger:read"]), "not valid"),
        (signed(sub=7), "not valid"),
        (signed(jti=7), "not valid"),
        (signed() + "x", "not valid"),
        ("Bearer " + jwt.encode({"sub": "ana"}, SECRET), "not valid"),
        ("Bearer " + jwt.encode({"sub": "ana", "exp": LATER}, "", "none"), "not valid"),
        ("Bearer " + jwt.encode({"sub": "ana", "exp": LATER}, SECRET[::-1]), "not valid"),
    ],
    ids=map(str, range(14)),  # the tokens themselves differ from run to run
)
async def test_any_other_token_is_refused_with_a_sentence(header: str, sentence: str) -> None:
    with pytest.raises(BadToken, match=sentence):
        await read_claims(KEYS, header)


def key_pair(key_id: str) -> tuple[ec.EllipticCurvePrivateKey, dict[str, object]]:
    private = ec.generate_private_key(ec.SECP256R1())
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(private.public_key()))
    return private, public | {"kid": key_id, "alg": "ES256"}


async def test_a_key_set_is_read_again_when_a_token_names_a_new_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old, old_public), (new, new_public) = key_pair("old"), key_pair("new")
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [old_public]}))
    keys = KeySet(str(file))
    claims = {"sub": "ana", "exp": LATER}
    by_old = "Bearer " + jwt.encode(claims, old, "ES256", {"kid": "old"})
    by_new = "Bearer " + jwt.encode(claims, new, "ES256", {"kid": "new"})
    assert (await read_claims(keys, by_old)).subject == "ana"

    file.write_text(json.dumps({"keys": [old_public, new_public]}))
    with pytest.raises(BadToken):  # it was read only just now, and nobody can make us read all the time
        await read_claims(keys, by_new)
    monkeypatch.setattr("server.keys.SECONDS_BETWEEN_LOOKUPS", 0)
    assert (await read_claims(keys, by_new)).subject == "ana"


async def test_a_key_set_takes_no_token_signed_with_its_public_key_as_a_secret(tmp_path: Path) -> None:
    _, public = key_pair("one")
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [public]}))
    token = jwt.encode({"sub": "ana", "exp": LATER}, str(public["x"]) * 2, "HS256", {"kid": "one"})
    with pytest.raises(BadToken):
        await read_claims(KeySet(str(file)), f"Bearer {token}")
