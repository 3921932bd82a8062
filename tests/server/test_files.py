"""Files are known by their bytes, limited while they are read, and reached only through links that expire."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from obstore.store import MemoryStore
from starlette.requests import Request

from server.files import FileStore, RejectedFile
from server.links import SignedLinks

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(100)
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(100)


async def chunks(content: bytes, size: int = 7) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@pytest.mark.parametrize(("content", "kind"), [(PNG, "image/png"), (MP4, "video/mp4")])
async def test_a_photo_or_video_is_kept_under_its_hash(content: bytes, kind: str) -> None:
    files = FileStore(MemoryStore())
    stored = await files.keep(chunks(content), limit_bytes=1000)
    assert (stored.content_type, stored.byte_size) == (kind, len(content))
    assert b"".join([chunk async for chunk in await files.read(stored.sha256)]) == content
    assert await files.keep(chunks(content), limit_bytes=1000) == stored


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 415),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
        (b"%PDF-1.7" + bytes(100), 415),
        (b"MZ" + bytes(100), 415),
        (PNG + bytes(1000), 413),
    ],
)
async def test_anything_else_is_rejected_and_nothing_is_kept(content: bytes, status: int) -> None:
    store = MemoryStore()
    with pytest.raises(RejectedFile) as rejected:
        await FileStore(store).keep(chunks(content), limit_bytes=1000)
    assert rejected.value.status == status
    assert store.list().collect() == []


async def test_a_large_file_passes_through_the_disk() -> None:
    files = FileStore(MemoryStore())
    content = PNG + bytes(3_000_000)
    stored = await files.keep(chunks(content, 65_536), limit_bytes=4_000_000)
    assert b"".join([chunk async for chunk in await files.read(stored.sha256)]) == content


def request(method: str, url: str) -> Request:
    path, _, query = url.removeprefix("http://amends.example").partition("?")
    return Request(
        {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": []}
    )


def test_a_link_opens_its_own_address_for_its_own_method_until_it_expires(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    links = SignedLinks("http://amends.example", "secret")
    url = links.attachment(7)
    assert links.opens(request("GET", url))
    assert links.opens(request("HEAD", url))
    assert not links.opens(request("PUT", url))
    assert not links.opens(request("GET", url.replace("/7?", "/8?")))
    assert not links.opens(request("GET", url + "0"))
    assert not links.opens(request("GET", url.replace("expires=", "expires=9")))
    assert not links.opens(request("GET", url.partition("?")[0]))
    assert not SignedLinks("http://amends.example", "another").opens(request("GET", url))
    later = time.time() + 2 * 60 * 60
    monkeypatch.setattr(time, "time", lambda: later)
    assert not links.opens(request("GET", url))


def test_an_upload_and_a_statement_have_links_of_their_own() -> None:
    links = SignedLinks("http://amends.example", "secret")
    url, until = links.upload(7)
    assert links.opens(request("PUT", url))
    assert not links.opens(request("GET", url))
    assert until.timestamp() > time.time()
    assert links.opens(request("GET", links.statement(3, 2026, 1)))


def test_uploads_go_to_the_data_folder_unless_the_settings_say_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.files import open_store
    from server.settings import SettingsError, load_settings

    monkeypatch.setenv("AMENDS_DATA_DIR", str(tmp_path))
    open_store(load_settings())
    assert (tmp_path / "uploads").is_dir()
    monkeypatch.setenv("AMENDS_STORAGE_URL", f"file://{tmp_path}/nowhere")
    with pytest.raises(SettingsError, match="AMENDS_STORAGE_URL"):
        open_store(load_settings())
