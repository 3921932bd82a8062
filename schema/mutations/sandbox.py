"""What only a sandbox can do."""

import strawberry

from resolvers.mutate import Receipt, Write
from resolvers.time_travel import advance_test_clock
from schema.inputs.desk import AdvanceTestClockInput
from schema.mutations.perform import mutation
from schema.payloads import TestClockPayload


async def _advance(write: Write, form: AdvanceTestClockInput) -> Receipt:
    return await advance_test_clock(write, form.by)


@strawberry.type(description="What only a sandbox can do.")
class SandboxMutations:
    """The test clock."""

    advance_test_clock = mutation(
        AdvanceTestClockInput,
        TestClockPayload,
        _advance,
        "Let time pass in the sandbox; every deadline on the way fires in order, at its own instant.",
    )
