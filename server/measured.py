"""Which numbers of the house an operator is shown, where there is a token for them; else nothing is counted.

Decides their names and words. Each part counts for itself; here it is only asked.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.routing import BaseRoute, Route

from realtime.hub import Hub
from resolvers.context import Context
from server.answers import Answers
from server.compiled import Compiled
from server.connections import Connections
from server.graph_view import Metered
from server.metrics import Metrics, MetricsView
from server.operations import Visible
from server.settings import Settings


class Measured:
    """The house with its numbers, or without."""

    def __init__(self, metrics: Metrics | None, token: SecretStr | None, visible: Visible) -> None:
        self.metered: Metered | None = metrics.answered if metrics else None
        self.visible = _counting(metrics, visible) if metrics else visible
        self._metrics = metrics
        self._token = token

    @classmethod
    def of(cls, settings: Settings, visible: Visible) -> Self:
        """Count if somebody may look; `visible` is asked for each event whose payload is made."""
        if settings.metrics_token is None:
            return cls(None, None, visible)
        return cls(Metrics(), settings.metrics_token, visible)

    def routes(self) -> list[BaseRoute]:
        """Give the page of the numbers."""
        if self._metrics is None or self._token is None:
            return []
        return [Route("/metrics", MetricsView(self._metrics, self._token.get_secret_value()).show)]

    @asynccontextmanager
    async def taking(self) -> AsyncIterator[None]:
        """Let other processes know of the numbers while the block runs."""
        if self._metrics is None:
            yield
            return
        async with self._metrics.taking():
            yield

    def show_house(self, engine: AsyncEngine, connections: Connections, hub: Hub) -> None:
        """Show what is open, and for how many."""
        if self._metrics is None:
            return
        show, pool = self._metrics.show, _pool(engine)
        show("amends_live_connections", "Sockets and event streams that are open", lambda: len(connections))
        show("amends_followed_streams", "Streams of events that somebody follows", lambda: hub.followed)
        show("amends_followers", "Subscriptions that are under way", lambda: hub.followers)
        show("amends_database_connections_in_use", "Connections of the pool that are taken", pool.checkedout)
        show("amends_database_connections_most", "Connections that the pool may open", pool.size)

    def show_answers(self, compiled: Compiled | None, answers: Answers | None) -> None:
        """Tell what answers operations: a kept answer, a compiled plan, or the plain executor, and why."""
        if self._metrics is None:
            return
        if compiled is not None:
            _show_compiled(self._metrics, compiled)
        if answers is not None:
            _show_kept(self._metrics, answers)


def _show_compiled(metrics: Metrics, compiled: Compiled) -> None:
    metrics.count(
        "amends_compiled_answers",
        "Queries, payloads of mutations and events that a compiled plan made",
        lambda: compiled.answered,
    )
    metrics.count_each(
        "amends_plain_answers",
        "Those that were left to the plain executor, by reason",
        "reason",
        lambda: compiled.left_to_plain,
    )


def _show_kept(metrics: Metrics, answers: Answers) -> None:
    metrics.count_each(
        "amends_kept_answers_asked",
        "Queries whose answer may be kept, by whether one was kept and good",
        "result",
        lambda: {"hit": answers.hits, "miss": answers.misses},
    )
    metrics.count_each(
        "amends_answers_not_kept",
        "Queries whose answer was not kept, by reason",
        "reason",
        lambda: answers.not_kept,
    )
    metrics.show("amends_kept_answers", "Answers that are kept", lambda: answers.count)
    metrics.show("amends_kept_answers_bytes", "Memory that they take, about", lambda: answers.bytes)
    metrics.count(
        "amends_version_checks", "Statements that asked for versions", lambda: answers.version_checks
    )


def _counting(metrics: Metrics, visible: Visible) -> Visible:
    """Count the events whose payloads are made; one payload may serve many followers."""
    made = 0
    metrics.count("amends_event_payloads", "Payloads of events that were made for followers", lambda: made)

    async def counted(context: Context, event: Any) -> bool:
        nonlocal made
        may = await visible(context, event)
        made += may
        return may

    return counted


def _pool(engine: AsyncEngine) -> Any:
    """The pool, with the questions that those of engines answer."""
    return engine.pool
