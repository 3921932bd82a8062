"""The graph, put together: what can be read, what can be changed, and what an operation may ask for.

Errors of ours are masked by whoever answers a client; here they stay as they are.
"""

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

from schema.inputs.building import build_by_plan
from schema.limits import Limits
from schema.moments import Moments
from schema.mutations import Mutation
from schema.queries import Query
from schema.scalars import SCALARS
from schema.subscriptions import Subscription


class Graph(strawberry.Schema):
    """The schema; whoever answers a client tells bugs from mistakes and writes the former down, once."""

    def process_errors(self, errors: list[GraphQLError], execution_context: object = None) -> None:
        """Leave errors to whoever answers."""


graph = Graph(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    extensions=[Limits, Moments],
    config=StrawberryConfig(scalar_map=SCALARS),
)
inputs = build_by_plan(graph)
