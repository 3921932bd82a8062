"""Statements as they are kept: words, and nothing of what SQLAlchemy made to write them."""

import gc
from weakref import ref

import sqlalchemy as sa

from storage.prepared import Prepared
from storage.tables import accounts


def test_of_a_statement_only_words_are_kept() -> None:
    found = sa.select(accounts).lateral("found")
    kept = Prepared(sa.select(found.c.id, found.c.username))
    made = ref(found)
    del found
    gc.collect()
    assert made() is None
    assert kept.columns == ["id", "username"]
