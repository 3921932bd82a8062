"""The addresses of attachments' bytes: PUT to upload, GET to look, each with a signed link that expires.

Decides statuses and headers. The links say who may; `files` says what may be kept.
"""

from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from domain.policy import CURRENT
from server.errors import refuse
from server.files import FileStore, RejectedFile
from server.links import READ_SECONDS, SignedLinks
from storage import attachments
from storage.clock import now
from storage.transaction import in_silence, transaction

NO_LINK = "This link is not valid, or no longer."


class Attachments:
    """The two endpoints, over one database and one store."""

    def __init__(self, engine: AsyncEngine, files: FileStore, links: SignedLinks) -> None:
        self._engine = engine
        self._files = files
        self._links = links

    async def upload(self, request: Request) -> Response:
        """Take the bytes of an attachment that was begun."""
        if not self._links.opens(request):
            return refuse(403, NO_LINK, "LINK_NOT_VALID")
        async with self._engine.connect() as connection:
            file = await attachments.get(connection, request.path_params["id"])
        if file is None:
            return refuse(404, "There is no such attachment.", "NOT_FOUND")
        if file.sha256 is not None:
            return refuse(409, "This attachment has its bytes already.", "INVALID_STATE")
        limit_bytes = min(file.byte_size, CURRENT.attachment_size_bytes)
        try:
            stored = await self._files.keep(request.stream(), limit_bytes=limit_bytes)
        except RejectedFile as rejected:
            return refuse(rejected.status, rejected.message, "ATTACHMENT_REJECTED")
        async with transaction(self._engine, in_silence) as connection:
            finished = await attachments.finish(
                connection,
                file,
                content_type=stored.content_type,
                byte_size=stored.byte_size,
                sha256=stored.sha256,
                at=await now(connection),
            )
        if not finished:
            return refuse(409, "This attachment has its bytes already.", "INVALID_STATE")
        return JSONResponse({"contentType": stored.content_type, "byteSize": stored.byte_size}, 201)

    async def show(self, request: Request) -> Response:
        """Give the bytes of an attachment, named and typed, never run by a browser."""
        if not self._links.opens(request):
            return refuse(403, NO_LINK, "LINK_NOT_VALID")
        async with self._engine.connect() as connection:
            file = await attachments.get(connection, request.path_params["id"])
        if file is None or file.sha256 is None:
            return refuse(404, "There is no such attachment.", "NOT_FOUND")
        headers = {
            "content-length": str(file.byte_size),
            "content-disposition": f"inline; filename*=UTF-8''{quote(file.filename)}",
            "content-security-policy": "default-src 'none'; sandbox",
            "x-content-type-options": "nosniff",
            "cache-control": f"private, max-age={READ_SECONDS}, immutable",
            "etag": f'"{file.sha256}"',
        }
        return StreamingResponse(await self._files.read(file.sha256), 200, headers, file.content_type)
