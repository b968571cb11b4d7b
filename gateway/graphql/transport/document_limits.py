"""What a document may ask for, judged before validation in one linear, memoised pass.

Each fragment is weighed once, however often it is spread, so that a bomb costs no more than its text, and the pass
stops at the first limit passed. It knows no schema: whether a field exists is for validation, which only ever sees
documents that passed here.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    TokenKind,
    ValueNode,
)

MAX_DOCUMENT_BYTES = 16 * 1024
MAX_TOKENS = 600
MAX_COMMENTS = 200
MAX_OPERATIONS = 25
MAX_DEPTH = 8
MAX_INTROSPECTION_DEPTH = 20
MAX_ALIASES = 15
MAX_ROOT_FIELDS = {OperationType.QUERY: 10, OperationType.MUTATION: 1, OperationType.SUBSCRIPTION: 1}
MAX_DIRECTIVES = 10
MAX_FRAGMENTS = 20
MAX_SELECTIONS = 500
MAX_REPETITIONS = 30
MAX_ARGUMENTS = 50
MAX_VARIABLES = 30
MAX_DIGITS = 20
"""As in JSON (`gateway.http.strict_json`)."""

_INTROSPECTION = {"__schema", "__type"}
_ENDLESS_NUMBER = re.compile(rf"[0-9]{{{MAX_DIGITS + 1}}}")
_NUMBERS = {TokenKind.INT, TokenKind.FLOAT}


@dataclass(slots=True)
class Weight:
    """What a selection set asks for with its fragments expanded. Depths are counted below where it stands."""

    depth: int = 0
    introspection_depth: int = 0
    aliases: int = 0
    selections: int = 0
    keys: Counter[str] = field(default_factory=Counter)


def judge(document: DocumentNode, *, introspection: bool) -> dict[str | None, int]:
    """The cost of each operation by its name: its root fields, each of which costs one token of the caller's limit.

    Raises GraphQLError with a sentence that names the limit. Linear in the document's length.
    """
    return _Scales(document, introspection=introspection).weigh()


def require_short_numbers(document: DocumentNode) -> None:
    """Raises GraphQLError for a number that is longer than any we take, wherever it stands.

    Converting it would take time that grows with the square of its length, and Python refuses from 4,300 digits on with
    an error that is none of GraphQL's. Needs the document's tokens.
    """
    token = document.loc.start_token if document.loc else None
    while token is not None:
        if token.kind in _NUMBERS and _ENDLESS_NUMBER.search(token.value or ""):
            raise GraphQLError(f"The document holds a number of more than {MAX_DIGITS} digits.")
        token = token.next


class _Scales:
    def __init__(self, document: DocumentNode, *, introspection: bool) -> None:
        definitions = document.definitions
        self.operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
        self.fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
        self.fragment_count = sum(isinstance(node, FragmentDefinitionNode) for node in definitions)
        self.introspection = introspection
        self.weighed: dict[str, Weight | None] = {}
        self.directives = 0
        self.arguments = 0

    def weigh(self) -> dict[str | None, int]:
        _at_most("operations", len(self.operations), MAX_OPERATIONS)
        _at_most("fragments", self.fragment_count, MAX_FRAGMENTS)
        for fragment in self.fragments.values():
            self._fragment(fragment)
        costs: dict[str | None, int] = {}
        selections = 0
        for operation in self.operations:
            variables = operation.variable_definitions or ()
            _at_most("variables", len(variables), MAX_VARIABLES)
            self._count_directives(operation, *variables)
            self.arguments += sum(_input_fields(one.default_value) for one in variables if one.default_value)
            weight = self._selection_set(operation.selection_set)
            selections += weight.selections
            self._check(operation, weight)
            costs[operation.name.value if operation.name else None] = max(len(weight.keys), 1)
        _at_most("directives", self.directives, MAX_DIRECTIVES)
        _at_most("arguments and input fields", self.arguments, MAX_ARGUMENTS)
        _at_most("selected fields", selections, MAX_SELECTIONS)
        return costs

    def _check(self, operation: OperationDefinitionNode, weight: Weight) -> None:
        _at_most("levels", weight.depth, MAX_DEPTH)
        _at_most("levels of introspection", weight.introspection_depth, MAX_INTROSPECTION_DEPTH)
        _at_most("aliases", weight.aliases, MAX_ALIASES)
        _at_most(
            f"root fields of a {operation.operation.value}", len(weight.keys), MAX_ROOT_FIELDS[operation.operation]
        )
        if not weight.keys:
            raise GraphQLError("An operation must select at least one field.", operation)

    def _selection_set(self, selection_set: SelectionSetNode | None) -> Weight:
        """`keys` counts this set's own fields by response key; everything else counts what is below too."""
        total = Weight()
        self._add_selections(total, selection_set)
        _at_most("repetitions of one field", max(total.keys.values(), default=0), MAX_REPETITIONS)
        return total

    def _add_selections(self, total: Weight, selection_set: SelectionSetNode | None) -> None:
        """An inline fragment's fields are added one by one: merging its keys at every level would be quadratic."""
        for selection in selection_set.selections if selection_set else ():
            self._count_directives(selection)
            if isinstance(selection, FieldNode):
                self._add_field(total, selection)
            elif isinstance(selection, InlineFragmentNode):
                self._add_selections(total, selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value in self.fragments:
                total.selections += 1
                _add(total, self._fragment(self.fragments[selection.name.value]))
            _at_most("selected fields", total.selections, MAX_SELECTIONS)

    def _add_field(self, total: Weight, node: FieldNode) -> None:
        below = self._selection_set(node.selection_set)
        self._count_arguments(node)
        key = node.alias.value if node.alias else node.name.value
        if node.name.value in _INTROSPECTION:
            if not self.introspection:
                raise GraphQLError("Introspection is off here; read the schema from `schema.graphql`.", node)
            below = Weight(0, max(below.depth, below.introspection_depth) + 1, below.aliases, below.selections)
            total.depth = max(total.depth, 1)
        else:
            total.depth = max(total.depth, below.depth + 1)
        total.introspection_depth = max(total.introspection_depth, below.introspection_depth)
        total.aliases += below.aliases + (node.alias is not None)
        total.selections += below.selections + 1
        total.keys[key] += 1

    def _fragment(self, fragment: FragmentDefinitionNode) -> Weight:
        name = fragment.name.value
        if name in self.weighed:
            weight = self.weighed[name]
            if weight is None:
                raise GraphQLError(f"Fragment `{name}` spreads itself.", fragment)
            return weight
        self.weighed[name] = None
        self._count_directives(fragment)
        weight = self._selection_set(fragment.selection_set)
        self.weighed[name] = weight
        return weight

    def _count_directives(self, *nodes: Node) -> None:
        directives = [one for node in nodes for one in getattr(node, "directives", None) or ()]
        self.directives += len(directives)
        for directive in directives:
            self._count_arguments(directive)

    def _count_arguments(self, node: FieldNode | DirectiveNode) -> None:
        self.arguments += sum(1 + _input_fields(argument.value) for argument in node.arguments or ())


def _input_fields(value: ValueNode) -> int:
    """How many fields of input objects a literal has; the parser bounds its depth."""
    if isinstance(value, ObjectValueNode):
        return sum(1 + _input_fields(one.value) for one in value.fields)
    return sum(map(_input_fields, value.values)) if isinstance(value, ListValueNode) else 0


def _add(total: Weight, part: Weight) -> None:
    total.depth = max(total.depth, part.depth)
    total.introspection_depth = max(total.introspection_depth, part.introspection_depth)
    total.aliases += part.aliases
    total.selections += part.selections
    total.keys.update(part.keys)


def _at_most(what: str, count: int, limit: int) -> None:
    if count > limit:
        raise GraphQLError(f"The document has too many {what}: at most {limit} are allowed.")
