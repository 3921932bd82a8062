"""What is told of a schema: how fields find their values, and of which type the records of a union are."""

from dataclasses import dataclass

from executor.fields import Describe, DescribeUnion


@dataclass(frozen=True, slots=True)
class Telling:
    """Whoever knows the schema tells it by these."""

    describe: Describe
    describe_union: DescribeUnion = lambda _: None
    sizes: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    """Arguments that decide whether an answer comes along: by what they are, and by whether they are null."""
