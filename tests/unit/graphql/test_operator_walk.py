"""No way through the schema leads an anonymous caller to what is an operator's."""

import pytest
from graphql import GraphQLObjectType, GraphQLOutputType, GraphQLSchema, build_schema, get_named_type

from gateway.graphql.operators import Operator
from gateway.graphql.schema import build_schema as build_ours
from gateway.graphql.schema import print_sdl
from tests.unit.graphql.walk import guarded_fields, is_guarded, open_fields

GUARDED = {
    "Query.payments",
    "Query.paymentStats",
    "Query.webhookEvents",
    "Query.reconciliations",
    "Mutation.replayWebhookEvent",
    "Mutation.reconcile",
    "Subscription.payments",
    "Query.discrepancies",
    "Mutation.acknowledgeDiscrepancy",
    "Mutation.resolveDiscrepancy",
    "Mutation.writeOffPayment",
    "Payment.operator",
    "Payment.expectedAmount",
    "Payment.totals",
    "Payment.movements",
    "Payment.disputes",
    "Payment.discrepancies",
    "Payment.attempts",
    "Reconciliation.differences",
    "Query.deliveries",
    "Query.search",
    "Query.paymentSeries",
    "Query.declineReasons",
    "Query.packageStats",
    "Query.webhookEventBody",
    "Mutation.refetchPayment",
    "Payment.deliveries",
    "Payment.refundRequests",
    "Mutation.refundPayment",
    "Mutation.replayDelivery",
}
OPERATORS_TYPES = {
    "OperatorPayment",
    "PaymentConnection",
    "PaymentEdge",
    "PageInfo",
    "PaymentStats",
    "StatusCount",
    "CurrencyStats",
    "PaymentTotals",
    "Movement",
    "Dispute",
    "PaymentAttempt",
    "Discrepancy",
    "DiscrepancyChange",
    "DiscrepancyEdge",
    "DiscrepancyConnection",
    "WebhookEvent",
    "WebhookEventEdge",
    "WebhookEventConnection",
    "WebhookEventReplay",
    "Reconciliation",
    "ReconciliationEdge",
    "ReconciliationConnection",
    "ReconciliationDifference",
    "LedgerLine",
    "CheckoutItem",
    "Metadata",
    "Delivery",
    "SeriesPoint",
    "DeclineReason",
    "PackageStats",
    "RefundRequest",
    "DeliveryEdge",
    "DeliveryConnection",
}
ANYBODYS_TYPES = {
    "Query",
    "Mutation",
    "Subscription",
    "Price",
    "Money",
    "Payment",
    "PaymentFailure",
    "StatusChange",
    "Explanation",
    "StatusRule",
    "CheckoutSession",
    "Refusal",
    "Fulfilment",
}
CUSTOMERS_WORDS = ("reference", "email", "customer", "intent", "card", "metadata", "body")


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(print_sdl())


def test_the_guarded_fields_are_these(schema: GraphQLSchema) -> None:
    assert guarded_fields(schema) == GUARDED


def test_every_type_is_anybodys_or_an_operators(schema: GraphQLSchema) -> None:
    """A new type must be put on one of the lists; the walk below then holds it there."""
    types = {
        name
        for name, kind in schema.type_map.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
    }
    assert types == OPERATORS_TYPES | ANYBODYS_TYPES


def test_no_open_path_reaches_an_operators_field_or_type(schema: GraphQLSchema) -> None:
    reached = open_fields(schema)
    assert not reached & GUARDED
    assert {field.partition(".")[0] for field in reached} == ANYBODYS_TYPES
    results = {get_named_type(_field(schema, path)).name for path in reached}
    assert not results & OPERATORS_TYPES


def test_no_open_field_speaks_of_the_customer(schema: GraphQLSchema) -> None:
    names = [field.partition(".")[2].lower() for field in open_fields(schema)]
    assert [name for name in names if any(word in name for word in CUSTOMERS_WORDS)] == []


def test_every_mark_has_its_guard() -> None:
    """The mark in the SDL and the guard before the resolver are set in one stroke; nobody may set one alone."""
    definitions = [kind.definition for kind in build_ours().schema_converter.type_map.values()]
    fields = [field for one in definitions for field in getattr(one, "fields", ())]
    marked = [field for field in fields if any(isinstance(mark, Operator) for mark in field.directives)]
    assert len(marked) == len(GUARDED)
    assert {field.base_resolver.wrapped_func.__code__.co_name for field in marked} == {"guarded"}


def _field(schema: GraphQLSchema, path: str) -> GraphQLOutputType:
    kind, _, name = path.partition(".")
    parent = schema.type_map[kind]
    assert isinstance(parent, GraphQLObjectType)
    assert not is_guarded(parent.fields[name])
    kind_of: GraphQLOutputType = parent.fields[name].type
    return kind_of
