"""What can be done: one file a mutation, or a pair of them, gathered in `Mutation`."""

import strawberry

from gateway.graphql.mutations import cancel_checkout_session as cancel
from gateway.graphql.mutations import create_checkout_session as create
from gateway.graphql.mutations import discrepancies, reconcile
from gateway.graphql.mutations import refetch_payment as refetch
from gateway.graphql.mutations import refund_payment as refund
from gateway.graphql.mutations import replay_delivery as resend
from gateway.graphql.mutations import replay_webhook_event as replay
from gateway.graphql.mutations import write_off_payment as write_off
from gateway.graphql.operators import operator_mutation
from gateway.graphql.types.reconciliation import Reconciliation


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
    replay_webhook_event: replay.Result = operator_mutation(
        replay.replay_webhook_event,
        description="Applies a stored webhook event once more; harmless any number of times.",
    )
    refetch_payment: refetch.Result = operator_mutation(
        refetch.refetch_payment,
        description="Asks Stripe about a payment now, its refunds and disputes included, and records what it shows.",
    )
    refund_payment: refund.Result = operator_mutation(
        refund.refund_payment,
        description="Gives money back through Stripe: a part, or all that is left. The status stays PAID.",
    )
    replay_delivery: resend.Result = operator_mutation(
        resend.replay_delivery,
        description="Sends a notice to the shop's back end once more, with the same `webhook-id`.",
    )
    reconcile: Reconciliation = operator_mutation(
        reconcile.reconcile,
        description="Compares with Stripe now, and repairs. A run that takes longer than ten seconds is answered as "
        "RUNNING; while one runs, another is refused.",
    )
    acknowledge_discrepancy: discrepancies.AcknowledgeResult = operator_mutation(
        discrepancies.acknowledge_discrepancy,
        description="Says that an operator has seen a discrepancy and works on it.",
    )
    resolve_discrepancy: discrepancies.ResolveResult = operator_mutation(
        discrepancies.resolve_discrepancy,
        description="Says that a discrepancy needs no more work. It opens again if its detail changes.",
    )
    write_off_payment: write_off.Result = operator_mutation(
        write_off.write_off_payment,
        description="Ends a payment that will never move again as FAILED. Refused unless the checkout page was "
        "completed and the payment is not final. Money that comes later still makes it PAID.",
    )
