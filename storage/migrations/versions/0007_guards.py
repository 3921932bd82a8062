"""What constraints cannot hold: nothing written is unwritten, numbers are dense, journals balance."""

from alembic import op

revision = "0007"
down_revision = "0006"

APPEND_ONLY = ("messages", "timeline", "journals", "journal_lines", "internal_notes", "scans")

# table → the columns that name a sequence, and the place in it
DENSE = {
    "messages": (("owner_id", "thread_id"), "number"),
    "timeline": (("seller_id", "request_number"), "number"),
    "internal_notes": (("seller_id", "request_number"), "number"),
    "journals": (("seller_id",), "number"),
}

FUNCTIONS = {
    "refuse_change": """
        BEGIN
            RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
                USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME;
        END
    """,
    # The row of an UPDATE trigger whose WHEN has found a change that must not be.
    "refuse_row": """
        BEGIN
            RAISE EXCEPTION '%: % refused', TG_TABLE_NAME, TG_ARGV[0]
                USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME;
        END
    """,
    # The running balance: each line of a seller follows the one before.
    "check_entries": """
        BEGIN
            IF EXISTS (
                SELECT FROM added LEFT JOIN journal_lines AS before
                    ON before.seller_id = added.seller_id AND before.entry_number = added.entry_number - 1
                WHERE added.entry_number IS NOT NULL
                    AND (before.entry_number IS NULL AND added.entry_number <> 1
                        OR coalesce(before.balance_after_minor, 0) + added.amount_minor
                            <> added.balance_after_minor
                        OR before.currency <> added.currency
                        OR before.posted_at > added.posted_at)
            ) THEN
                RAISE EXCEPTION 'journal_lines: an entry does not follow the one before it'
                    USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME;
            END IF;
            RETURN NULL;
        END
    """,
    "check_balanced": """
        DECLARE
            journal integer;
            lines bigint;
            unbalanced bigint;
        BEGIN
            IF TG_TABLE_NAME = 'journals' THEN journal := NEW.number;
            ELSE journal := NEW.journal_number;
            END IF;
            SELECT coalesce(sum(part.lines), 0), count(*) FILTER (WHERE part.total <> 0)
                INTO lines, unbalanced
                FROM (
                    SELECT count(*) AS lines, sum(amount_minor) AS total FROM journal_lines
                    WHERE seller_id = NEW.seller_id AND journal_number = journal GROUP BY currency
                ) AS part;
            IF lines < 2 OR unbalanced > 0 THEN
                RAISE EXCEPTION 'journal % of seller % does not balance', journal, NEW.seller_id
                    USING ERRCODE = 'integrity_constraint_violation', TABLE = 'journals';
            END IF;
            RETURN NULL;
        END
    """,
    "check_not_charged_back": """
        BEGIN
            IF EXISTS (
                SELECT FROM orders WHERE seller_id = NEW.seller_id AND id = NEW.order_id
                    AND charged_back_at IS NOT NULL
            ) THEN
                RAISE EXCEPTION 'order % was charged back: nothing is refunded any more', NEW.order_id
                    USING ERRCODE = 'integrity_constraint_violation', TABLE = 'journals';
            END IF;
            RETURN NEW;
        END
    """,
}

TRIGGERS = (
    """
    CREATE TRIGGER entries AFTER INSERT ON journal_lines REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_entries()
    """,
    """
    CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON journals DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_balanced()
    """,
    """
    CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON journal_lines DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_balanced()
    """,
    """
    CREATE TRIGGER not_charged_back BEFORE INSERT ON journals FOR EACH ROW
    WHEN (NEW.kind IN ('FULL_REFUND', 'RETURN_CONFIRMED', 'PARTIAL_REFUND', 'PLATFORM_REFUND'))
    EXECUTE FUNCTION check_not_charged_back()
    """,
    """
    CREATE TRIGGER amounts_stay BEFORE UPDATE ON orders FOR EACH ROW
    WHEN (
        (OLD.buyer_id, OLD.external_id, OLD.currency, OLD.price_minor, OLD.tax_minor, OLD.shipping_minor,
            OLD.commission_minor, OLD.processing_fee_minor)
        IS DISTINCT FROM
        (NEW.buyer_id, NEW.external_id, NEW.currency, NEW.price_minor, NEW.tax_minor, NEW.shipping_minor,
            NEW.commission_minor, NEW.processing_fee_minor)
    ) EXECUTE FUNCTION refuse_row('a change of the parties or amounts of an order')
    """,
    """
    CREATE TRIGGER closed_stays_closed BEFORE UPDATE ON requests FOR EACH ROW
    WHEN (
        OLD.status = 'CLOSED' AND (OLD.status, OLD.outcome, OLD.funded_by, OLD.closed_at)
        IS DISTINCT FROM (NEW.status, NEW.outcome, NEW.funded_by, NEW.closed_at)
    ) EXECUTE FUNCTION refuse_row('a change of what is closed')
    """,
)


def upgrade() -> None:
    for name, body in FUNCTIONS.items():
        _create_function(name, body)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for table, (sequence, place) in DENSE.items():
        _create_function(f"check_dense_{table}", _dense(table, sequence, place))
        op.execute(
            f"CREATE TRIGGER dense AFTER INSERT ON {table} REFERENCING NEW TABLE AS added"
            f" FOR EACH STATEMENT EXECUTE FUNCTION check_dense_{table}()"
        )
    for trigger in TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    for function in (*FUNCTIONS, *(f"check_dense_{table}" for table in DENSE)):
        op.execute(f"DROP FUNCTION {function}() CASCADE")


def _create_function(name: str, body: str) -> None:
    # PL/pgSQL's := and :: would otherwise be read as parameters
    escaped = body.replace(":", r"\:")
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${escaped}$$")


def _dense(table: str, sequence: tuple[str, ...], place: str) -> str:
    same = " AND ".join(f"before.{column} = added.{column}" for column in sequence)
    return f"""
        BEGIN
            IF EXISTS (
                SELECT FROM added WHERE added.{place} < 1 OR added.{place} > 1 AND NOT EXISTS (
                    SELECT FROM {table} AS before WHERE {same} AND before.{place} = added.{place} - 1
                )
            ) THEN
                RAISE EXCEPTION '{table}: numbers have no gaps'
                    USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME;
            END IF;
            RETURN NULL;
        END
    """  # noqa: S608 our own names
