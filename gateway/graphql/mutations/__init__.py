"""What can be done: one file a mutation, gathered in `Mutation`. Operators' mutations will stand beside them."""

import strawberry

from gateway.graphql.mutations import cancel_checkout_session as cancel
from gateway.graphql.mutations import create_checkout_session as create


@strawberry.type(description="What can be done: by POST alone, and one thing at a time.")
class Mutation:
    create_checkout_session: create.Result = strawberry.mutation(
        resolver=create.create_checkout_session,
        description="Opens a Stripe Checkout session for one price of the catalogue.",
    )
    cancel_checkout_session: cancel.Result = strawberry.mutation(
        resolver=cancel.cancel_checkout_session,
        description="Closes an open session. If the buyer was faster, the real status is the answer "
        "and nothing is closed.",
    )
