"""The schema, assembled. `gateway schema` prints it, and `schema.graphql` at the root is exactly that print."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway.graphql.mutations import Mutation
from gateway.graphql.queries import Query
from gateway.graphql.subscriptions import Subscription
from gateway.graphql.types.minor_units import SCALAR, MinorUnits


def build_schema() -> strawberry.Schema:
    """A new schema. It holds no caller, no service and no cache."""
    config = StrawberryConfig(scalar_map={MinorUnits: SCALAR})
    return strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription, config=config)


def print_sdl() -> str:
    """The SDL with its descriptions, ending in one newline."""
    return build_schema().as_str().rstrip("\n") + "\n"
