"""Documents, judged once per text: those that are kept skip parsing, limits and validation.

`prepare` is the slow path, without memory. `DocumentCache.get` answers exactly the same, sooner. Only
documents that passed are kept; the cache is bounded by count and by text, for a parsed text weighs a hundred times
what it measures and more.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)

from gateway.graphql.transport.document_limits import (
    MAX_COMMENTS,
    MAX_DOCUMENT_BYTES,
    MAX_TOKENS,
    judge,
    require_short_numbers,
)
from gateway.graphql.transport.overlapping_fields import RULES, RULES_WITHOUT_VARIABLES
from gateway.graphql.transport.plans import Plan, compile_plan

MAX_DOCUMENTS = 500
MAX_TEXT_CHARACTERS = 64 * 1024
MAX_REPORTED_ERRORS = 5


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document. `cost` is its root fields: tokens of the caller's limit."""

    type: OperationType
    name: str | None
    cost: int
    root: str
    """Its one root field, once it is valid; `several` or `other` where it is not one of ours."""


@dataclass(slots=True)
class Document:
    """A document within the limits. `errors` is None until it was validated."""

    node: DocumentNode
    operations: tuple[Operation, ...]
    errors: list[GraphQLError] | None = None
    plans: dict[str | None, Plan | None] = field(default_factory=dict)
    """By the operation's name; None: it has none. Made when a document comes for the second time."""

    def operation(self, name: str | None) -> Operation:
        """The one that is meant (GraphQL §6.1). Raises GraphQLError with a sentence."""
        if name is None and len(self.operations) == 1:
            return self.operations[0]
        found = next((operation for operation in self.operations if name is not None and operation.name == name), None)
        if found:
            return found
        if name is None:
            raise GraphQLError("Name one of the document's operations in `operationName`.")
        raise GraphQLError(f'There is no operation named "{name[:100]}" in the document.')


@dataclass(frozen=True, slots=True)
class Rules:
    """What a schema's documents are judged by. Suggestions would spell out a schema whose introspection is off."""

    schema: GraphQLSchema
    introspection: bool

    def prepare(self, text: str) -> Document:
        """Parse and weigh. Raises GraphQLError; nothing is remembered, and nothing is validated yet."""
        if len(text) > MAX_DOCUMENT_BYTES or len(text.encode()) > MAX_DOCUMENT_BYTES:
            raise GraphQLError(f"The document is longer than {MAX_DOCUMENT_BYTES} bytes.")
        node = parse(text, max_lexical_tokens=MAX_TOKENS, max_comments=MAX_COMMENTS)
        require_short_numbers(node)
        costs = judge(node, introspection=self.introspection)
        operations = tuple(
            Operation(definition.operation, name, costs[name], _root_of(definition))
            for definition in node.definitions
            if isinstance(definition, OperationDefinitionNode)
            for name in [definition.name.value if definition.name else None]
        )
        return Document(node, operations)

    def validate(self, document: Document) -> list[GraphQLError]:
        return validate(
            self.schema,
            document.node,
            RULES if _has_variables(document.node) else RULES_WITHOUT_VARIABLES,
            max_errors=MAX_REPORTED_ERRORS,
            hide_suggestions=not self.introspection,
        )


def _root_of(definition: OperationDefinitionNode) -> str:
    selections = definition.selection_set.selections
    first = selections[0]
    if len(selections) > 1:
        return "several"
    return first.name.value if isinstance(first, FieldNode) and not first.name.value.startswith("__") else "other"


class DocumentCache:
    """A bounded memory in front of `Rules`, least recently used out first. For one event loop."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._characters = 0

    def get(self, text: str) -> Document:
        """Raises GraphQLError as `Rules.prepare` does."""
        document = self._kept.get(text)
        if document is None:
            return self.rules.prepare(text)
        self._kept.move_to_end(text)
        return document

    def validate(self, text: str, document: Document) -> list[GraphQLError]:
        """Empty: it may run. Asked after the caller was admitted: it is the expensive part of a new document."""
        if document.errors is None:
            document.errors = self.rules.validate(document)
            if not document.errors:
                _let_go_of_tokens(document.node)
                self._keep(text, document)
        return document.errors

    def plan(self, document: Document, operation: Operation) -> Plan | None:
        """The operation, compiled; None: graphql-core executes it."""
        if operation.name not in document.plans:
            document.plans[operation.name] = compile_plan(self.rules.schema, document.node, operation.name)
        return document.plans[operation.name]

    def _keep(self, text: str, document: Document) -> None:
        self._forget(text)
        self._kept[text] = document
        self._characters += len(text)
        while len(self._kept) > MAX_DOCUMENTS or self._characters > MAX_TEXT_CHARACTERS:
            self._forget(next(iter(self._kept)))

    def _forget(self, text: str) -> None:
        if self._kept.pop(text, None):
            self._characters -= len(text)


def _has_variables(document: DocumentNode) -> bool:
    """Or a text that looks as if it had some."""
    return document.loc is None or "$" in document.loc.source.body


def _let_go_of_tokens(document: DocumentNode) -> None:
    """What is kept is walked by every full collection of garbage, and tokens are a third of it.

    Nodes keep their position without them, which is all that an error needs.
    """
    waiting: list[Node] = [document]
    while waiting:
        node = waiting.pop()
        if node.loc:
            node.loc.start_token = node.loc.end_token = None  # type: ignore[assignment]
        for key in node.keys:
            below = getattr(node, key, None)
            parts = below if isinstance(below, list | tuple) else (below,)
            waiting.extend(part for part in parts if isinstance(part, Node))
