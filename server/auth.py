"""Who is calling: from a bearer token to claims, and from claims to a viewer.

Decides whether a token is believed. What the viewer may then see is decided elsewhere, in one place. A
token's expiry goes by wall time, never by the test clock.
"""

import time
import uuid
from dataclasses import dataclass
from typing import Any

import jwt

from domain.words import Scope, ViewerRole
from server.keys import Keys

PLATFORM = "platform"
LONGEST_TTL_SECONDS = 10_000 * 86_400


class BadToken(Exception):  # noqa: N818 a word of this field, as in "bad token"
    """The token is not believed; the message is a sentence for its bearer. Answered with 401."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a believed token says of its bearer."""

    subject: str
    role: ViewerRole
    scopes: frozenset[Scope]
    token_id: str | None
    expires_at: float
    """In seconds of the epoch."""


async def read_claims(keys: Keys, authorization: str) -> Claims:
    """Believe an `Authorization` header or raise BadToken."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise BadToken("The Authorization header must read: Bearer, a space, and the token.")
    try:
        return parse_claims(await keys.decode(token.strip()))
    except jwt.ExpiredSignatureError:
        raise BadToken("The token has expired.") from None
    except jwt.ImmatureSignatureError:
        raise BadToken("The token is not valid yet.") from None
    except (jwt.PyJWTError, ValueError, OverflowError):
        raise BadToken("The token is not valid.") from None


def parse_claims(claims: dict[str, Any]) -> Claims:
    """Read our own claims; a role or scope that we do not know makes the whole token unknown (ValueError)."""
    role = ViewerRole(claims.get("role", ViewerRole.MEMBER))
    scopes = claims.get("scope", "")
    token_id = claims.get("jti")
    if not isinstance(scopes, str) or not (token_id is None or isinstance(token_id, str)):
        raise ValueError("scope and jti are strings")
    known = frozenset(Scope(scope) for scope in scopes.split())
    return Claims(claims["sub"], role, known, token_id, float(claims["exp"]))


def what_to_revoke(token_or_id: str) -> tuple[str, float]:
    """Give a token's id, and until when it could be used; raises BadToken for one that has no id.

    Of a bare id nobody knows what it ends at: it is taken for the longest-lived.
    """
    latest = time.time() + LONGEST_TTL_SECONDS
    try:
        claims = jwt.decode(token_or_id.removeprefix("Bearer ").strip(), options={"verify_signature": False})
    except (jwt.PyJWTError, UnicodeError):
        return token_or_id, latest
    token_id, expires_at = claims.get("jti"), claims.get("exp")
    if not isinstance(token_id, str):
        raise BadToken("The token has no id (jti): it cannot be revoked.")
    return token_id, min(expires_at, latest) if isinstance(expires_at, int | float) else latest


def issue_token(
    secret: str, subject: str, role: ViewerRole, *, ttl_seconds: int, scopes: frozenset[Scope] = frozenset()
) -> str:
    """Make a token of ours, for the sandbox and for operators."""
    now = int(time.time())
    return jwt.encode(
        {
            "sub": subject,
            "role": role.value,
            "scope": " ".join(sorted(scopes)),
            "jti": uuid.uuid4().hex,
            "iat": now,
            "exp": now + ttl_seconds,
        },
        secret,
        algorithm="HS256",
    )
