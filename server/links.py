"""Links that open one thing for a while, to whoever holds them: uploads, attachments, statements.

Decides how they are signed and how long they last, by wall time. Who is given one is decided elsewhere.
"""

import hashlib
import hmac
import time
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request

UPLOAD_SECONDS = 15 * 60
READ_SECONDS = 60 * 60


class SignedLinks:
    """Makes links below the public address, and knows its own again."""

    def __init__(self, public_url: str, secret: str) -> None:
        self._public_url = public_url
        self._key = hashlib.sha256(b"links:" + secret.encode()).digest()

    def upload(self, attachment_id: int) -> tuple[str, datetime]:
        """Give the address that takes one attachment's bytes, and until when."""
        expires = int(time.time()) + UPLOAD_SECONDS
        return self._sign("PUT", f"/uploads/{attachment_id}", expires), datetime.fromtimestamp(expires, UTC)

    def attachment(self, attachment_id: int) -> str:
        """Give the address that shows one attachment."""
        return self._sign("GET", f"/attachments/{attachment_id}", int(time.time()) + READ_SECONDS)

    def statement(self, seller_id: int, year: int, month: int) -> str:
        """Give the address of one seller's statement of one month, as CSV."""
        path = f"/statements/{seller_id}/{year:04}-{month:02}.csv"
        return self._sign("GET", path, int(time.time()) + READ_SECONDS)

    def opens(self, request: Request) -> bool:
        """Whether the request follows a link of ours that has not expired."""
        expires = request.query_params.get("expires", "")
        given = request.query_params.get("signature", "")
        if not (expires.isascii() and expires.isdigit() and len(expires) < 12 and int(expires) > time.time()):
            return False
        method = "GET" if request.method == "HEAD" else request.method
        return hmac.compare_digest(
            self._signature(method, request.url.path, expires).encode(), given.encode()
        )

    def _sign(self, method: str, path: str, expires: int) -> str:
        query = urlencode({"expires": expires, "signature": self._signature(method, path, str(expires))})
        return f"{self._public_url}{path}?{query}"

    def _signature(self, method: str, path: str, expires: str) -> str:
        return hmac.new(self._key, f"{method} {path} {expires}".encode(), hashlib.sha256).hexdigest()
