"""How every mutation runs: check the form, hand plain values to its use case once, answer with its payload.

Decides nothing but that order. A mutation is one line of a table: its input, its payload, its use case.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import strawberry

from domain.refusals import Refusal
from domain.values import RequestKey
from resolvers.acting import Doing, act
from resolvers.context import Context
from resolvers.mutate import Answer, Call, Receipt, Refused, Write, mutate
from schema.columns import CHANGE
from schema.ids import decode
from schema.inputs.form import Form, problems

UseCase = Callable[[Write, Any], Awaitable[Receipt]]
Perform = Callable[[Context, Call, Any], Awaitable[Answer]]


def mutation(
    input_type: type[Form],
    payload: type,
    use_case: UseCase,
    description: str,
    *,
    rows: str | None = None,
) -> Any:
    """Declare a mutation. `rows` names a list of the input whose members the use case refuses one by one."""

    async def perform(context: Context, call: Call, form: Any) -> Answer:
        return await mutate(context, call, lambda write: use_case(write, form))

    return _declared(input_type, payload, perform, description, rows)


def action(input_type: type[Form], payload: type, doing: Callable[[Any], Doing], description: str) -> Any:
    """Declare a mutation that is one command on one request."""

    async def perform(context: Context, call: Call, form: Any) -> Answer:
        return await act(context, call, doing(form))

    return _declared(input_type, payload, perform, description)


def _declared(
    input_type: type[Form], payload: type, perform: Perform, description: str, rows: str | None = None
) -> Any:
    def change(context: Context, name: str, form: Any) -> Awaitable[Answer]:
        return _perform(context, name, form, perform, rows)

    async def resolve(info: strawberry.Info[Context, None], input: Any) -> Any:  # noqa: A002 the contract's word
        return await change(info.context, info.field_name, input)

    described: Any = Annotated[input_type, strawberry.argument(description="What is asked for.")]
    resolve.__annotations__ |= {"input": described, "return": payload}
    return strawberry.mutation(resolver=resolve, description=description, metadata={CHANGE: change})


async def _perform(context: Context, name: str, form: Any, perform: Perform, rows: str | None) -> Answer:
    faults = tuple(
        Refused.of(fault) for fault in problems(form) if rows is None or not is_row_of(rows, fault)
    )
    if faults and context.viewer is not None:
        return Answer(None, faults)
    return await perform(context, Call(name, form, form.idempotency_key), form)


def is_row_of(rows: str, fault: Refusal) -> bool:
    """Whether a fault lies in one member of this list, rather than in the list or beside it."""
    return fault.field is not None and len(fault.field) > 1 and fault.field[0] == rows


def parts_of(text: str) -> tuple[int, ...]:
    """Give the parts of the key that an id names; its form has been checked."""
    return decode(text).parts


def key_of(text: str) -> tuple[int, int]:
    """Give a key of two parts: an owner, and what of the owner's is named."""
    owner_id, id_ = parts_of(text)
    return owner_id, id_


def request_of(form: Any) -> RequestKey:
    """Give the request an input names."""
    return RequestKey(*key_of(form.request_id))


def attachments_of(form: Any) -> tuple[int, ...]:
    """Give the attachments an input names."""
    return tuple(parts_of(text)[0] for text in form.attachment_ids)
