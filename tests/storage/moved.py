"""Whatever changes in a row that an account may see moves that account's version, in the same transaction.

Triggers of the tests' own write down which accounts each changed row is seen by, and which versions moved.
"""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.tables import metadata

OWN_COLUMNS = ("seller_id", "buyer_id", "owner_id", "member_id", "account_id", "uploader_id")
UNSEEN = {
    "events": "they are told, and move the version themselves",
    "internal_notes": "for Support alone",
    "accounts": "names, which everybody sees, have a version of their own",
}
UNSEEN_COLUMNS = {"deadlines": ("next_attempt_at", "attempts", "last_error")}

# Whom a row is for beside the accounts it names: told by the row `r`, as JSON.
OF_REQUEST = "SELECT buyer_id FROM requests q WHERE q.seller_id = {seller} AND q.number = {number}"
OF_THREAD = "SELECT member_id FROM threads t WHERE t.owner_id = {owner} AND t.id = {thread}"
OF_PARCEL = """
    SELECT buyer_id FROM orders o JOIN shipments s ON (s.seller_id, s.id) = (o.seller_id, o.shipment_id)
    WHERE s.seller_id = {seller} AND s.parcel_id = {parcel}
    UNION SELECT q.buyer_id FROM requests q JOIN parcels p
        ON (p.seller_id, p.request_number) = (q.seller_id, q.number)
    WHERE p.seller_id = {seller} AND p.id = {parcel}"""
OF_SHIPMENT = "SELECT buyer_id FROM orders o WHERE o.seller_id = {seller} AND o.shipment_id = {shipment}"

SELLERS_ALONE = {"claims", "holds", "journals", "journal_lines", "response_clocks"}
"""What hangs on a request and its buyer is not shown."""


def _field(name: str) -> str:
    return f"(r->>'{name}')::bigint"


def _readers(table: sa.Table) -> list[str]:
    columns = set(table.c.keys())
    found = [f"SELECT {_field(name)}" for name in OWN_COLUMNS if name in columns]
    if {"seller_id", "request_number"} <= columns and table.name not in SELLERS_ALONE:
        found.append(OF_REQUEST.format(seller=_field("seller_id"), number=_field("request_number")))
    if {"owner_id", "thread_id"} <= columns and table.name not in ("inbox_entries", "notifications"):
        found.append(OF_THREAD.format(owner=_field("owner_id"), thread=_field("thread_id")))
    if table.name == "scans":
        found.append(OF_PARCEL.format(seller=_field("seller_id"), parcel=_field("parcel_id")))
    if table.name == "parcels":
        found.append(OF_PARCEL.format(seller=_field("seller_id"), parcel=_field("id")))
    if table.name == "shipments":
        found.append(OF_SHIPMENT.format(seller=_field("seller_id"), shipment=_field("id")))
    if table.name in ("inbox_entries", "notifications", "notification_counts"):
        found = [f"SELECT {_field('account_id')}"]
    return found


def _watch(table: sa.Table) -> str:
    unseen = "".join(f" - '{name}'" for name in UNSEEN_COLUMNS.get(table.name, ()))
    readers = " UNION ".join(_readers(table))
    return f"""
        CREATE FUNCTION watch_{table.name}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE r jsonb;
        BEGIN
            IF TG_OP = 'UPDATE' AND to_jsonb(OLD){unseen} = to_jsonb(NEW){unseen} THEN RETURN NULL; END IF;
            FOR r IN SELECT * FROM unnest(ARRAY[to_jsonb(OLD), to_jsonb(NEW)]) WHERE unnest IS NOT NULL LOOP
                INSERT INTO seen_changed SELECT DISTINCT pg_current_xact_id(), '{table.name}', account
                FROM ({readers}) AS readers (account) WHERE account IS NOT NULL;
            END LOOP;
            RETURN NULL;
        END $$;
        CREATE TRIGGER watched AFTER INSERT OR UPDATE OR DELETE ON {table.name}
            FOR EACH ROW EXECUTE FUNCTION watch_{table.name}()"""


PLACES = """
    CREATE TABLE seen_changed (transaction xid8, changed text, account bigint);
    CREATE TABLE versions_moved (transaction xid8, name text);
    CREATE FUNCTION note_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' OR NEW.version > OLD.version THEN
            INSERT INTO versions_moved VALUES (pg_current_xact_id(), NEW.name);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER noted AFTER INSERT OR UPDATE ON streams FOR EACH ROW EXECUTE FUNCTION note_version()"""

UNMOVED = sa.text("""
    SELECT DISTINCT changed, username FROM seen_changed JOIN accounts ON accounts.id = account
    WHERE NOT is_agent AND NOT EXISTS (
        SELECT 1 FROM versions_moved v
        WHERE v.transaction = seen_changed.transaction AND v.name = 'a' || account
    ) ORDER BY 1, 2""")

GONE = """
    DROP TRIGGER noted ON streams;
    DROP FUNCTION note_version;
    DROP TABLE versions_moved;
    DROP TABLE seen_changed"""


def _watched() -> list[sa.Table]:
    return [each for each in metadata.sorted_tables if each.name not in UNSEEN and _readers(each)]


async def watch(engine: AsyncEngine) -> None:
    """Begin to write down what changes."""
    async with engine.begin() as connection:
        for statements in (PLACES, *map(_watch, _watched())):
            for statement in _single(statements):
                await connection.execute(sa.text(statement.replace(":", r"\:")))


async def unwatch(engine: AsyncEngine) -> None:
    """Leave the database as it was."""
    async with engine.begin() as connection:
        for table in _watched():
            await connection.execute(sa.text(f"DROP TRIGGER watched ON {table.name}"))
            await connection.execute(sa.text(f"DROP FUNCTION watch_{table.name}"))
        for statement in GONE.split(";"):
            await connection.execute(sa.text(statement))


async def unmoved(engine: AsyncEngine) -> list[tuple[str, str]]:
    """Give what changed, and for whom, without a new version for them in the same transaction."""
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(UNMOVED)]


async def changes(engine: AsyncEngine) -> int:
    """Count what was written down: of nothing, nothing is shown."""
    async with engine.connect() as connection:
        counted: int = (await connection.execute(sa.text("SELECT count(*) FROM seen_changed"))).scalar_one()
        return counted


def _single(statements: str) -> list[str]:
    """Take statements apart at their ends; those within a function's body are not theirs."""
    parts = statements.split("$$")
    marked = [part if place % 2 else part.replace(";", "\0") for place, part in enumerate(parts)]
    return [each for each in "$$".join(marked).split("\0") if each.strip()]
