"""Inputs are what Strawberry makes of them, built by a plan of our own."""

from random import Random
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, Undefined, coerce_input_value
from hypothesis import given
from hypothesis import strategies as st
from strawberry.types.arguments import convert_argument

from schema.graph import graph
from schema.inputs.building import definition_of
from tests.executor.values import Pool, Values

INPUTS = [kind for kind in graph._schema.type_map.values() if isinstance(kind, GraphQLInputObjectType)]
POOL = Pool({"User": ["VXNlcjox"]}, {}, {})


def test_there_are_inputs_of_every_sort() -> None:
    assert len(INPUTS) > 40
    assert {"SendMessageInput", "InboxFilter", "ImportOrdersInput", "ResponseInput"} <= {
        kind.name for kind in INPUTS
    }


@pytest.mark.parametrize("kind", INPUTS, ids=lambda kind: kind.name)
@given(seed=st.integers(0, 2**32))
def test_an_input_is_built_as_strawberry_builds_it(kind: GraphQLInputObjectType, seed: int) -> None:
    values = Values(Random(seed), POOL, is_mistaken=False)  # noqa: S311 no secret
    taken = coerce_input_value(values.plain(kind, kind.name), kind)
    assert taken is not Undefined
    built = _built(kind, taken)
    with pytest.MonkeyPatch.context() as patch:
        for each in INPUTS:
            assert definition_of(each).from_input is not None
            patch.setattr(definition_of(each), "from_input", None)
        assert built == _built(kind, taken)


def _built(kind: GraphQLInputObjectType, taken: Any) -> Any:
    registry, config = graph.schema_converter.scalar_registry, graph.config
    return convert_argument(taken, definition_of(kind).origin, registry, config)
