"""Bytes come once, by the link that was given for them, and are seen by a link that expires."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
import sqlalchemy as sa
from obstore.store import MemoryStore
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.routing import Route

from server.attachments import Attachments
from server.files import FileStore
from server.links import SignedLinks
from storage import attachments
from storage.tables import accounts
from storage.transaction import in_silence, transaction
from tests.server.test_files import PNG

LINKS = SignedLinks("http://amends.example", "secret")


@pytest.fixture
async def http(engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    endpoints = Attachments(engine, FileStore(MemoryStore()), LINKS)
    app = Starlette(
        routes=[
            Route("/uploads/{id:int}", endpoints.upload, methods=["PUT"]),
            Route("/attachments/{id:int}", endpoints.show),
        ]
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http:
        yield http


async def begin(engine: AsyncEngine, *, byte_size: int = 1000) -> int:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    async with transaction(engine, in_silence) as connection:
        ana = sa.insert(accounts).values(username="ana", display_name="Ana", created_at=at)
        uploader_id = (await connection.execute(ana.returning(accounts.c.id))).scalar_one()
        return await attachments.begin(
            connection,
            uploader_id=uploader_id,
            filename='my "café".png',
            content_type="image/jpeg",
            byte_size=byte_size,
            at=at,
        )


async def test_bytes_are_taken_once_and_given_back_as_what_they_are(
    engine: AsyncEngine, http: httpx.AsyncClient
) -> None:
    id_ = await begin(engine)
    upload, _ = LINKS.upload(id_)
    taken = await http.put(upload, content=PNG)
    assert (taken.status_code, taken.json()) == (201, {"contentType": "image/png", "byteSize": len(PNG)})
    again = await http.put(upload, content=PNG)
    assert again.status_code == 409

    shown = await http.get(LINKS.attachment(id_))
    assert (shown.status_code, shown.content) == (200, PNG)
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "caf%C3%A9" in shown.headers["content-disposition"]


async def test_nothing_is_kept_of_what_is_no_photo_or_larger_than_promised(
    engine: AsyncEngine, http: httpx.AsyncClient
) -> None:
    id_ = await begin(engine, byte_size=50)
    upload, _ = LINKS.upload(id_)
    assert (await http.put(upload, content=PNG)).status_code == 413
    no_photo = await http.put(upload, content=b"MZ")
    assert no_photo.status_code == 415
    assert no_photo.json()["errors"][0]["extensions"]["code"] == "ATTACHMENT_REJECTED"
    assert (await http.get(LINKS.attachment(id_))).status_code == 404


async def test_only_a_signed_link_opens_anything(engine: AsyncEngine, http: httpx.AsyncClient) -> None:
    id_ = await begin(engine)
    assert (await http.put(f"http://amends.example/uploads/{id_}", content=PNG)).status_code == 403
    assert (await http.get(f"http://amends.example/attachments/{id_}")).status_code == 403
    assert (await http.put(LINKS.attachment(id_), content=PNG)).status_code == 405
    assert (await http.get(LINKS.attachment(id_ + 1))).status_code == 404
