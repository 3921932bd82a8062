"""Each participant's view of a thread: what is unread, whose turn it is, and what is archived."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import commands as c
from domain.refusals import AttachmentRejected
from domain.values import RequestKey
from domain.words import Party, ScanKind
from storage import inbox
from tests.storage.market import Market, label

S, B = Party.SELLER, Party.BUYER


async def entry(market: Market, username: str) -> Any:
    rows = await market.run(
        """SELECT unread_count, last_read_number, archived, marked_unread, status, due_at, last_activity_at
        FROM inbox_entries JOIN accounts ON accounts.id = account_id WHERE username = :username""",
        username=username,
    )
    return rows[0]


async def thread(market: Market) -> tuple[int, int, int]:
    return tuple((await market.run("SELECT owner_id, id, last_message_number FROM threads"))[0])


async def test_news_are_unread_for_the_other_side_and_writing_marks_read(engine: AsyncEngine) -> None:
    market = Market(engine)
    key = await market.asked()
    assert (await entry(market, "bea")).unread_count == 0
    news = (await entry(market, "sam")).unread_count
    assert news > 0
    market.later(hours=1)
    await market.act(key, S, c.SendMessage("I will look into it."))
    assert (await entry(market, "sam")).unread_count == 0
    assert (await entry(market, "bea")).unread_count == 1
    *_, last = await thread(market)
    assert (await entry(market, "sam")).last_read_number == last
    assert (await entry(market, "sam")).last_activity_at == market.at


async def test_the_due_instant_is_shown_to_whose_turn_it_is(engine: AsyncEngine) -> None:
    market = Market(engine)
    key = await market.asked()
    request = await market.load(key)
    assert ((await entry(market, "sam")).due_at, (await entry(market, "bea")).due_at) == (
        request.due_at,
        None,
    )
    request = await market.act(key, S, c.AskForDetails("Which one?"))
    assert ((await entry(market, "sam")).due_at, (await entry(market, "bea")).due_at) == (
        None,
        request.due_at,
    )
    await market.act(key, B, c.Withdraw())
    assert [(await entry(market, name)).status for name in ("sam", "bea")] == ["CLOSED", "CLOSED"]


async def test_an_archived_thread_returns_when_someone_writes(engine: AsyncEngine) -> None:
    market = Market(engine)
    key = await market.asked()
    owner, id_, _ = await thread(market)
    for by, username in ((S, "bea"), (B, "bea")):
        async with market.transaction() as connection:
            await inbox.set_archived(
                connection, market.accounts[username], owner, id_, archived=True, at=market.at
            )
        assert (await entry(market, username)).archived
        await market.act(key, by, c.SendMessage("Hello again."))
        assert not (await entry(market, username)).archived


async def test_reading_up_to_a_number_leaves_the_rest_unread(engine: AsyncEngine) -> None:
    market = Market(engine)
    key = await market.asked()
    for text in ("One", "Two", "Three"):
        await market.act(key, S, c.SendMessage(text))
    owner, id_, last = await thread(market)
    bea = market.accounts["bea"]
    async with market.transaction() as connection:
        await inbox.mark_read(connection, bea, owner, id_, up_to_number=last - 1, at=market.at)
    assert (await entry(market, "bea")).unread_count == 1
    async with market.transaction() as connection:
        await inbox.mark_unread(connection, bea, owner, id_, at=market.at)
        await inbox.mark_read(connection, bea, owner, id_, up_to_number=1, at=market.at)
    row = await entry(market, "bea")
    assert (row.unread_count, row.last_read_number, row.marked_unread) == (1, last - 1, False)


async def test_the_carriers_news_are_unread_for_both(engine: AsyncEngine) -> None:
    market = Market(engine)
    key = await market.asked()
    await market.act(key, S, c.RefundOnReturn(own_label=label()))
    before = [(await entry(market, name)).unread_count for name in ("sam", "bea")]
    await market.scan(ScanKind.ACCEPTED, tracking="RETURN1")
    after = [(await entry(market, name)).unread_count for name in ("sam", "bea")]
    assert [new > old for old, new in zip(before, after, strict=True)] == [True, True]


async def test_two_members_share_one_direct_thread(engine: AsyncEngine) -> None:
    market = Market(engine)
    await market.bought()
    sam, bea = market.accounts["sam"], market.accounts["bea"]
    async with market.transaction() as connection:
        first = await inbox.start_direct_thread(connection, bea, sam, body="Hi!", at=market.at)
        again = await inbox.start_direct_thread(connection, sam, bea, body="Hello!", at=market.at)
        assert (
            await inbox.post_direct_message(connection, *first, author_id=bea, body="Well.", at=market.at)
            == 3
        )
    assert first == again
    assert [(await entry(market, name)).unread_count for name in ("sam", "bea")] == [1, 0]


async def upload(market: Market, username: str, *, stored: bool = True) -> int:
    rows = await market.run(
        """INSERT INTO attachments (
            uploader_id, filename, content_type, byte_size, created_at, stored_at, sha256
        ) SELECT id, 'a.jpg', 'image/jpeg', 1, now(), CASE WHEN :stored THEN now() END,
            CASE WHEN :stored THEN 'aa' END FROM accounts WHERE username = :username RETURNING id""",
        username=username,
        stored=stored,
    )
    return int(rows[0].id)


async def test_attachments_are_bound_once_and_only_by_who_uploaded_them(engine: AsyncEngine) -> None:
    market = Market(engine)
    order = await market.bought()
    await market.scan(ScanKind.DELIVERED)
    mine, second = await upload(market, "bea"), await upload(market, "bea")
    key = await market.opened(order, attachment_ids=(mine,))
    assert await market.run("SELECT is_evidence FROM attachments WHERE id = :id", id=mine) == [(True,)]
    await market.act(key, B, c.SendMessage("Another", (second,)))
    assert await market.run("SELECT is_evidence FROM attachments WHERE id = :id", id=second) == [(False,)]
    for id_ in (mine, await upload(market, "sam"), await upload(market, "bea", stored=False), 999):
        await refused(market, key, id_)


async def refused(market: Market, key: RequestKey, attachment_id: int) -> None:
    before = await market.load(key)
    with pytest.raises(AttachmentRejected):
        await market.act(key, B, c.SendMessage("See", (attachment_id,)))
    assert await market.load(key) == before
