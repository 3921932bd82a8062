"""When a serving process looks for what only its own cycles hold.

Decides by measurement (docs/performance.md). What lives as long as the process is never looked at: modules
and the graph. Next to nothing of an operation or a socket is held by cycles; a new document's plan and
statements leave thousands of objects that are. These are looked for in small steps, and all that thousands of
sockets hold as seldom as may be: looking stops everyone meanwhile.
"""

import gc
from typing import Final

THRESHOLDS: Final = (2_000, 20, 500)
"""How many more objects than before, then how many looks at the young and at the middle-aged."""


def put_off() -> None:
    """Look at nothing while a process starts: what it makes stays."""
    gc.disable()


def take_up() -> None:
    """Look again, as any process does: something is made that does not stay."""
    gc.enable()


def settle() -> None:
    """Take all there is for what stays, and look at the rest as seldom as was decided.

    To look through it first takes a tenth of the start, and finds next to nothing.
    """
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()
