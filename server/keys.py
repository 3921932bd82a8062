"""Which keys vouch for a token: our own secret, or the key set of who signs in for us.

Decides the algorithms. Knows nothing of claims.
"""

import asyncio
import json
import time
import urllib.request
from pathlib import Path
from typing import Any, Protocol

import jwt
from jwt.types import Options

from server.settings import Settings, SettingsError

SECONDS_BETWEEN_LOOKUPS = 30  # an unknown key id asks again, but nobody can make us ask all the time
TIMEOUT_SECONDS = 10


class Keys(Protocol):
    """Something that can tell a token we issued, or trust, from any other."""

    async def decode(self, token: str) -> dict[str, Any]:
        """Give the claims of a token that is signed rightly and not expired; raises jwt.PyJWTError."""
        ...


REQUIRED: Options = {"require": ["exp", "sub"], "verify_aud": False}


class SecretKeys:
    """HS256 with one secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    async def decode(self, token: str) -> dict[str, Any]:
        """Give the claims of a token that was signed with the secret."""
        return jwt.decode(token, self._secret, algorithms=["HS256"], options=REQUIRED)


class KeySet:
    """A JSON Web Key Set, read when first needed and again when a token names a key it does not hold."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._read_at: float | None = None
        self._reading = asyncio.Lock()

    async def decode(self, token: str) -> dict[str, Any]:
        """Give the claims of a token that one of the set's keys has signed."""
        key = await self._key(jwt.get_unverified_header(token).get("kid"))
        return jwt.decode(token, key, algorithms=["RS256", "ES256"], options=REQUIRED)

    async def _key(self, key_id: str | None) -> jwt.PyJWK:
        if key_id not in self._keys:
            async with self._reading:
                if key_id not in self._keys and self._may_read():
                    await self._read()
        if key_id is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        try:
            return self._keys[key_id]
        except KeyError:
            raise jwt.InvalidKeyError("No known key has signed this token.") from None

    def _may_read(self) -> bool:
        return self._read_at is None or time.monotonic() - self._read_at >= SECONDS_BETWEEN_LOOKUPS

    async def _read(self) -> None:
        self._read_at = time.monotonic()
        document = await asyncio.to_thread(read_document, self._source)
        self._keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(json.loads(document)).keys}


def read_document(source: str) -> bytes:
    """Read the key set from a file or over http(s)."""
    if source.startswith(("http://", "https://")):
        with urllib.request.urlopen(source, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 http(s) alone
            return bytes(response.read())
    return Path(source.removeprefix("file://")).read_bytes()


def make_keys(settings: Settings, secret: str) -> Keys:
    """Choose by the settings; a file that is not there stops the start, an address is asked when needed."""
    if settings.jwks is None:
        return SecretKeys(secret)
    if not settings.jwks.startswith(("http://", "https://")):
        try:
            jwt.PyJWKSet.from_dict(json.loads(read_document(settings.jwks)))
        except (OSError, ValueError, jwt.PyJWTError) as error:
            raise SettingsError(f"AMENDS_JWKS: {settings.jwks} cannot be used: {error}") from error
    return KeySet(settings.jwks)
