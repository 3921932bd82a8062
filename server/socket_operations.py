"""The operations of one socket: begun, answered under the id that the client gave, stopped.

Decides what ends an operation: a subscription or a query ends with its client's interest, a mutation that was
begun is finished whoever listens.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError
from graphql.language import OperationType

from server import socket_frames as frames
from server.close_codes import DUPLICATE_ID, Close
from server.connections import Ended, Lease
from server.encoding import encode
from server.errors import describe
from server.live_limits import LiveLimits
from server.operations import Frame, Operations, Rejected
from server.requests import Operation
from server.socket_line import Line
from server.wire import framed

DUPLICATE = Close(DUPLICATE_ID, "An operation with this id is still running.")


class Running:
    """What runs for one socket."""

    __slots__ = ("_by_id", "_lease", "_limits", "_line", "_mutations", "_operations", "_tasks")

    def __init__(self, operations: Operations, line: Line, lease: Lease, limits: LiveLimits) -> None:
        self._operations = operations
        self._line = line
        self._lease = lease
        self._limits = limits
        self._by_id: dict[str, asyncio.Task[None]] = {}
        self._mutations: set[asyncio.Task[None]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, id_: str, operation: Operation) -> None:
        """Begin an operation, or say what is against it; Ended for an id that is taken."""
        if id_ in self._by_id:
            raise Ended(DUPLICATE)
        try:
            kind = self._operations.check(operation)
            self._demand_room()
        except GraphQLError as error:
            await self._line.send(frames.error_frame(id_, describe([error])))
            return
        task = asyncio.create_task(self._run(id_, operation, kind))
        self._by_id[id_] = task
        self._tasks.add(task)
        if kind is OperationType.MUTATION:
            self._mutations.add(task)
        task.add_done_callback(self._forget)

    def stop(self, id_: str) -> None:
        """Tell the client no more of an operation; an id of none is one that has just ended."""
        task = self._by_id.pop(id_, None)
        if task is not None and task not in self._mutations:
            task.cancel()

    async def leave(self, *, patience_seconds: float = 0) -> None:
        """Stop everything but the mutations; those may still answer, for a while."""
        for task in self._tasks - self._mutations:
            task.cancel()
        if patience_seconds and self._mutations:
            await asyncio.wait(set(self._mutations), timeout=patience_seconds)

    async def end(self) -> None:
        """Wait until nothing runs."""
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    def cancel(self) -> None:
        """Stop everything, mutations too: the process ends."""
        for task in self._tasks:
            task.cancel()

    def _demand_room(self) -> None:
        unheard = self._mutations.difference(self._by_id.values())
        if len(self._by_id) + len(unheard) >= self._limits.operations_per_socket:
            raise GraphQLError(
                f"A socket may run {self._limits.operations_per_socket} operations at once: end one first.",
                extensions={"code": "TOO_MANY_OPERATIONS"},
            )

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._mutations.discard(task)

    async def _run(self, id_: str, operation: Operation, kind: OperationType) -> None:
        try:
            if kind is OperationType.SUBSCRIPTION:
                await self._follow(id_, operation)
            else:
                await self._answer(id_, operation)
        except Exception as error:  # noqa: BLE001 a bug of ours: written down, and told by its reference
            told = describe([GraphQLError(str(error), original_error=error)])
            await self._say(id_, frames.error_frame(id_, told), is_last=True)

    async def _answer(self, id_: str, operation: Operation) -> None:
        outcome = await self._operations.run(operation, self._lease.caller.viewer)
        if outcome.ran:
            await self._say(id_, frames.next_frame(id_, encode(outcome.body).decode()))
            await self._say(id_, frames.complete_frame(id_), is_last=True)
        else:
            await self._fail(id_, outcome.body)

    async def _follow(self, id_: str, operation: Operation) -> None:
        try:
            following = await self._operations.follow(operation, lambda: self._lease.caller.viewer)
        except Rejected as rejected:
            await self._fail(id_, rejected.outcome.body)
            return
        if self._line.can_take:
            following.hand_over_by(self._taker(id_))
        try:
            async for frame in following:
                if frame.is_last:
                    await self._fail(id_, frame.body)
                    return
                await self._say(id_, frames.next_frame(id_, frame.text))
                del frame  # the next may be long in coming
        finally:
            await following.aclose()
        await self._say(id_, frames.complete_frame(id_), is_last=True)

    def _taker(self, id_: str) -> Callable[[Sequence[Frame], dict[Any, Any]], bool]:
        """What takes frames at once, as long as this operation is listened to and keeps no other waiting.

        What goes over the wire is written once for all to whom it begins alike.
        """
        task, begun, line = asyncio.current_task(), frames.next_begun(id_), self._line

        def take(told: Sequence[Frame], kept: dict[Any, Any]) -> bool:
            if self._by_id.get(id_) is not task:
                return False
            written = kept.get(begun)
            if written is None:
                if any(frame.is_last for frame in told):
                    return False
                written = b"".join(framed(begun + frame.json + frames.END) for frame in told)
                kept[begun] = written
            return line.take(written)

        return take

    async def _fail(self, id_: str, body: dict[str, Any]) -> None:
        await self._say(id_, frames.error_frame(id_, body["errors"]), is_last=True)

    async def _say(self, id_: str, text: str, *, is_last: bool = False) -> None:
        """Send if the client still listens to this very operation; its id may be another's by now."""
        if self._by_id.get(id_) is not asyncio.current_task():
            return
        await self._line.send(text)
        if is_last:
            self._by_id.pop(id_, None)
