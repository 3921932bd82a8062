"""The graph, put together: what can be read, what can be changed, and what an operation may ask for.

Errors of ours are masked by whoever answers a client; here they stay as they are.
"""

import strawberry
from strawberry.schema.config import StrawberryConfig

import schema.words  # noqa: F401 makes the domain's words usable in the graph
from schema.limits import Limits
from schema.mutations import Mutation
from schema.queries import Query
from schema.scalars import SCALARS

graph = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    extensions=[Limits],
    config=StrawberryConfig(scalar_map=SCALARS),
)
