"""How columns are written here: words as checked text, money as minor units, instants with a zone."""

from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

Minor = sa.BigInteger  # whole hundredths of the row's currency
Instant = sa.DateTime(timezone=True)


def word(name: str, words: type[StrEnum], *, nullable: bool = False, **options: Any) -> sa.Column[Any]:
    """A column that holds one of the domain's words, checked by the database and read back as the enum."""
    kind = sa.Enum(
        words,
        name=f"{name}_word",
        native_enum=False,
        length=32,
        create_constraint=True,
        values_callable=lambda members: [member.value for member in members],
    )
    return sa.Column(name, kind, nullable=nullable, **options)


def text(name: str, *, nullable: bool = False, longest: int = 5_000) -> sa.Column[Any]:
    """A column of text with the limit that the edge enforces kindly."""
    return sa.Column(
        name,
        sa.Text,
        sa.CheckConstraint(f"length({name}) <= {longest}", name=f"{name}_length"),
        nullable=nullable,
    )


def instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A column of an instant, in UTC."""
    return sa.Column(name, Instant, nullable=nullable)


def minor(name: str, *, nullable: bool = False, **options: Any) -> sa.Column[Any]:
    """A column of money in minor units."""
    return sa.Column(name, Minor, nullable=nullable, **options)


def number(name: str, *, nullable: bool = False, **options: Any) -> sa.Column[Any]:
    """A column of a count or of a place in a dense sequence."""
    return sa.Column(name, sa.Integer, nullable=nullable, **options)


def key(name: str, *, nullable: bool = False, **options: Any) -> sa.Column[Any]:
    """A column of an id."""
    return sa.Column(name, sa.BigInteger, nullable=nullable, **options)


def identity(name: str = "id") -> sa.Column[Any]:
    """An id that the database hands out, unique in the whole table although the key leads with the owner."""
    return sa.Column(name, sa.BigInteger, sa.Identity(), nullable=False)


def flag(name: str, *, default: bool = False) -> sa.Column[Any]:
    """A yes or no."""
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.true() if default else sa.false())


def request_part(*extra_key: str) -> list[SchemaItem]:
    """The leading key columns of a row that belongs to a request, its primary key and its foreign key."""
    return [
        key("seller_id"),
        number("request_number"),
        *(number(name) for name in extra_key),
        sa.PrimaryKeyConstraint("seller_id", "request_number", *extra_key),
        sa.ForeignKeyConstraint(["seller_id", "request_number"], ["requests.seller_id", "requests.number"]),
    ]
