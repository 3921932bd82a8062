"""One statement for many who each ask for one key, with their own eyes: what many events read at one moment.

Decides that the statement itself stays as it is: the database runs it for each asker in turn, with its own
sight and key in the place of the parameters. So nobody is shown what they would not be shown alone.
"""

import asyncio
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from asyncpg import Record

from storage.prepared import Prepared
from storage.reads.reader import Reader

AT_ONCE: Final = 200
"""How many askers share one statement at most."""

PARAMETER: Final = re.compile(r"\$(\d+)(?:::([A-Z]+)(\[\])?)?")

Given = Mapping[str, Any]
Asked = tuple[Given, asyncio.Future[list[Record]]]


class ForMany:
    """A statement's words, for many askers; `place` is the column that tells them apart."""

    def __init__(
        self, statement: sa.Select[Any], alone: Prepared, *, askers: Collection[str], place: str
    ) -> None:
        self._alone = alone
        self._kinds: dict[str, str] = {}
        self._lists: set[str] = set()
        self._same: dict[str, None] = {}
        inner = PARAMETER.sub(lambda found: self._rewritten(found, askers), alone.text)
        for number, name in enumerate(self._same, len(self._kinds) + 1):
            inner = inner.replace(f"$<{name}>", f"${number}")
        columns = [
            "asker.place" if column.key == place else f'found."{column.key}"'
            for column in statement.selected_columns
        ]
        rows = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(self._kinds.values(), 1))
        self.text = (
            f"SELECT {', '.join(columns)}"  # noqa: S608 our own statement's names
            f" FROM unnest({rows}) WITH ORDINALITY AS asker({', '.join(self._kinds)}, place)"
            f" CROSS JOIN LATERAL ({inner}) AS found"
        )

    def _rewritten(self, found: re.Match[str], askers: Collection[str]) -> str:
        name = self._alone.names[int(found[1]) - 1]
        if name not in askers:  # it is the same for all
            self._same[name] = None
            return found[0].replace(f"${found[1]}", f"$<{name}>", 1)
        assert found[2] is not None, "what askers give is cast"
        self._kinds[name] = found[2]
        if found[3] is None:
            return f"(asker.{name})"
        self._lists.add(name)
        return f"ARRAY[asker.{name}]"

    def arguments(self, many: Sequence[Given]) -> list[list[Any]]:
        """Give the values of the parameters: of each asker's a list, then those that are the same for all."""
        values = [dict(zip(self._alone.names, self._alone.arguments(given), strict=True)) for given in many]
        lists = [
            [each[name][0] if name in self._lists else each[name] for each in values] for name in self._kinds
        ]
        return lists + [values[0][name] for name in self._same]


class Gathered:
    """Those who ask by one statement, gathered for a turn of the loop."""

    def __init__(self, alone: Prepared, together: ForMany, *, place_at: int) -> None:
        self._alone = alone
        self._together = together
        self._place_at = place_at
        self._asked: dict[Reader, list[Asked]] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def fetch(self, reader: Reader, given: Given) -> list[Record]:
        """Give the records of one asker, who gives one key."""
        loop = asyncio.get_running_loop()
        asked = self._asked.get(reader)
        if asked is None:
            asked = self._asked[reader] = []
            loop.call_soon(self._start, reader)
        answer: asyncio.Future[list[Record]] = loop.create_future()
        asked.append((given, answer))
        if len(asked) == AT_ONCE:
            self._start(reader)
        return await answer

    def _start(self, reader: Reader) -> None:
        asked = self._asked.pop(reader, None)
        if asked is not None:
            task = asyncio.ensure_future(self._run(reader, asked))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _run(self, reader: Reader, asked: Sequence[Asked]) -> None:
        try:
            if len(asked) == 1:
                answers = [await reader.fetch(self._alone, asked[0][0])]
            else:
                answers = await self._fetch_together(reader, [given for given, _ in asked])
        except BaseException as error:
            for _, answer in asked:
                if not answer.done():
                    answer.set_exception(error)
                    answer.exception()  # an asker that went away leaves nobody to look at it
            if not isinstance(error, Exception):
                raise
            return
        for (_, answer), records in zip(asked, answers, strict=True):
            if not answer.done():
                answer.set_result(records)

    async def _fetch_together(self, reader: Reader, many: Sequence[Given]) -> list[list[Record]]:
        answers: list[list[Record]] = [[] for _ in many]
        for record in await reader.run(self._together.text, self._together.arguments(many)):
            answers[record[self._place_at] - 1].append(record)
        return answers
