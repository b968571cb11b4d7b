"""The schema keeps the promised names, and explains every one of them."""

from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)

from gateway.domain import discrepancies, facts, movements
from gateway.domain.attempts import AttemptState
from gateway.domain.decline_codes import FailureAdvice as DomainAdvice
from gateway.domain.errors import ALL_ERRORS
from gateway.domain.facts import FLAGS
from gateway.domain.states import Creation, DifferenceKind, EventState, Outcome
from gateway.domain.status import Status
from gateway.graphql.errors import RefusalCode
from gateway.graphql.schema import print_sdl
from gateway.graphql.types.discrepancy import DiscrepancyKind, DiscrepancyState
from gateway.graphql.types.explanation import PaymentFact
from gateway.graphql.types.operator_payment import PaymentCreation
from gateway.graphql.types.payment import FailureAdvice
from gateway.graphql.types.payment_attempt import PaymentAttemptState
from gateway.graphql.types.payment_money import DisputeState, MovementKind
from gateway.graphql.types.payment_stats import StatsWindow
from gateway.graphql.types.payment_status import PaymentStatus
from gateway.graphql.types.reconciliation import ReconciliationDifferenceKind, ReconciliationOutcome
from gateway.graphql.types.webhook_event import WebhookEventState
from gateway.services.operators import statistics

PROMISED = {
    "Query.prices": "[Price!]!",
    "Query.paymentStatus": "Payment",
    "Mutation.createCheckoutSession": "CreateCheckoutSessionResult!",
    "Mutation.cancelCheckoutSession": "CancelCheckoutSessionResult!",
    "Subscription.paymentStatus": "Payment!",
    "Query.payments": "PaymentConnection!",
    "Query.paymentStats": "PaymentStats!",
    "Query.webhookEvents": "WebhookEventConnection!",
    "Query.reconciliations": "ReconciliationConnection!",
    "Mutation.replayWebhookEvent": "ReplayWebhookEventResult!",
    "Mutation.reconcile": "Reconciliation!",
    "Query.discrepancies": "DiscrepancyConnection!",
    "Mutation.acknowledgeDiscrepancy": "AcknowledgeDiscrepancyResult!",
    "Mutation.resolveDiscrepancy": "ResolveDiscrepancyResult!",
    "Mutation.writeOffPayment": "WriteOffPaymentResult!",
    "Subscription.payments": "Payment!",
    "PaymentConnection.edges": "[PaymentEdge!]!",
    "PaymentConnection.pageInfo": "PageInfo!",
    "PaymentEdge.cursor": "String!",
    "PaymentEdge.node": "Payment!",
    "PageInfo.hasNextPage": "Boolean!",
    "PageInfo.hasPreviousPage": "Boolean!",
    "PageInfo.startCursor": "String",
    "PageInfo.endCursor": "String",
    "WebhookEvent.id": "ID!",
    "Reconciliation.id": "ID!",
    "CheckoutSession.sessionId": "ID!",
    "CheckoutSession.url": "String!",
    "CheckoutSession.expiresAt": "DateTime!",
    "CheckoutSession.payment": "Payment!",
    "CheckoutSession.reused": "Boolean!",
    "Refusal.code": "RefusalCode!",
    "Refusal.message": "String!",
    "Refusal.type": "String!",
    "Refusal.sessionId": "ID",
    "CreateCheckoutSessionInput.priceId": "ID",
    "CreateCheckoutSessionInput.quantity": "Int",
    "CreateCheckoutSessionInput.clientReferenceId": "String",
    "CreateCheckoutSessionInput.customerEmail": "String",
    "CreateCheckoutSessionInput.currency": "String",
    "CreateCheckoutSessionInput.allowRepeat": "Boolean",
    "CreateCheckoutSessionInput.successUrl": "String",
    "CreateCheckoutSessionInput.cancelUrl": "String",
    "CreateCheckoutSessionInput.locale": "String",
    "CreateCheckoutSessionInput.idempotencyKey": "String",
    "Payment.sessionId": "ID!",
    "Payment.status": "PaymentStatus!",
    "Payment.isFinal": "Boolean!",
    "Payment.version": "Int!",
    "Payment.price": "Price",
    "Payment.amount": "Money!",
    "Payment.checkoutUrl": "String",
    "Payment.lastFailure": "PaymentFailure",
    "Payment.paidAmount": "Money!",
    "Payment.refundedAmount": "Money!",
    "Payment.expectedAmount": "Money",
    "Payment.totals": "[PaymentTotals!]!",
    "Payment.movements": "[Movement!]!",
    "Payment.disputes": "[Dispute!]!",
    "Payment.discrepancies": "[Discrepancy!]!",
    "Payment.attempts": "[PaymentAttempt!]!",
    "PaymentTotals.netMinor": "MinorUnits!",
    "Movement.amount": "Money!",
    "Dispute.amount": "Money",
    "Dispute.respondBy": "DateTime",
    "Discrepancy.id": "ID!",
    "Discrepancy.kind": "DiscrepancyKind!",
    "Discrepancy.state": "DiscrepancyState!",
    "Discrepancy.payments": "[ID!]!",
    "Discrepancy.changes": "[DiscrepancyChange!]!",
    "StatusRule.number": "String!",
    "Payment.disputed": "Boolean!",
    "Payment.createdAt": "DateTime!",
    "Payment.updatedAt": "DateTime!",
    "Payment.expiresAt": "DateTime",
    "Payment.history": "[StatusChange!]!",
    "Payment.explanation": "Explanation!",
    "Money.amountMinor": "MinorUnits!",
    "Money.currency": "String!",
    "Money.formatted": "String!",
    "StatusChange.version": "Int!",
    "StatusChange.from": "PaymentStatus",
    "StatusChange.to": "PaymentStatus!",
    "StatusChange.cause": "String!",
    "StatusChange.at": "DateTime!",
    "PaymentFailure.code": "String!",
    "PaymentFailure.declineCode": "String",
    "PaymentFailure.message": "String!",
    "PaymentFailure.advice": "FailureAdvice!",
    "PaymentFailure.at": "DateTime!",
    "Price.id": "ID!",
    "Price.name": "String!",
    "Price.description": "String",
    "Price.unitAmount": "Money!",
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(print_sdl())


def test_every_promised_field_has_its_promised_type(schema: GraphQLSchema) -> None:
    found = {
        f"{name}.{field}": str(definition.type)
        for name, kind in schema.type_map.items()
        if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType)
        for field, definition in kind.fields.items()
    }
    assert {name: found.get(name) for name in PROMISED} == PROMISED


def test_arguments_and_defaults_are_the_contracts(schema: GraphQLSchema) -> None:
    sdl = print_sdl()
    assert "quantity: Int = 1" in sdl
    assert "allowRepeat: Boolean = false" in sdl
    assert "= null" not in sdl
    assert schema.subscription_type
    arguments = schema.subscription_type.fields["paymentStatus"].args
    assert {name: str(argument.type) for name, argument in arguments.items()} == {
        "sessionId": "ID!",
        "sinceVersion": "Int",
    }


def test_operators_arguments_are_the_contracts(schema: GraphQLSchema) -> None:
    sdl = " ".join(line.strip() for line in print_sdl().splitlines())
    assert "first: Int = 50" in sdl
    assert "first: Int = 20" in sdl
    assert "window: StatsWindow! = DAY" in sdl
    arguments = {
        name: [*field.args]
        for root in (schema.query_type, schema.subscription_type)
        if root
        for name, field in root.fields.items()
    }
    assert arguments["payments"] == ["after"]
    assert schema.query_type
    assert [*schema.query_type.fields["payments"].args] == ["filter", "first", "after"]
    assert arguments["webhookEvents"] == ["filter", "first", "after"]
    assert arguments["reconciliations"] == ["first", "after"]
    assert arguments["discrepancies"] == ["filter", "first", "after"]


def test_everything_is_described(schema: GraphQLSchema) -> None:
    assert [name for name, description in _described(schema) if not description] == []


def test_the_sdl_ends_in_one_newline() -> None:
    sdl = print_sdl()
    assert sdl == sdl.rstrip() + "\n"


@pytest.mark.parametrize(
    ("enum", "words"),
    [
        (RefusalCode, [error.code for error in ALL_ERRORS]),
        (PaymentStatus, list(Status)),
        (FailureAdvice, list(DomainAdvice)),
        (PaymentFact, ["money", *FLAGS]),
        (DiscrepancyKind, list(discrepancies.DiscrepancyKind)),
        (DiscrepancyState, list(discrepancies.DiscrepancyState)),
        (DisputeState, [state.name.lower() for state in facts.DisputeState]),
        (MovementKind, list(movements.MovementKind)),
        (PaymentAttemptState, [state.name.lower() for state in AttemptState]),
        (PaymentCreation, list(Creation)),
        (WebhookEventState, list(EventState)),
        (ReconciliationOutcome, list(Outcome)),
        (ReconciliationDifferenceKind, list(DifferenceKind)),
        (StatsWindow, list(statistics.StatsWindow)),
    ],
)
def test_an_enum_says_exactly_what_the_domain_says(enum: type, words: list[str], schema: GraphQLSchema) -> None:
    kind = schema.type_map[enum.__name__]
    assert isinstance(kind, GraphQLEnumType)
    assert sorted(kind.values) == sorted(word.upper() for word in words)


def test_no_amount_is_an_int_or_a_float(schema: GraphQLSchema) -> None:
    amounts = {
        f"{name}.{field}": str(definition.type)
        for name, kind in schema.type_map.items()
        if isinstance(kind, GraphQLObjectType)
        for field, definition in kind.fields.items()
        if field.endswith("Minor")
    }
    assert set(amounts.values()) == {"MinorUnits!"}
    assert len(amounts) == 5


def _described(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    for name, kind in schema.type_map.items():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        yield name, kind.description
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{name}.{value}", definition.description) for value, definition in kind.values.items())
        if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType):
            for field, definition in kind.fields.items():
                yield f"{name}.{field}", definition.description
                for argument, what in getattr(definition, "args", {}).items():
                    yield f"{name}.{field}({argument})", what.description
