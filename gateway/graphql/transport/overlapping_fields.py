"""GraphQL's "Field Selection Merging" (§5.3.2), judged in time linear in the selected fields.

graphql-core compares every pair of fields that answer under one key: 500 repetitions of one field took it 80 ms. Being
alike is an equivalence, so comparing each field with the first of its kind decides the same. It stands in for
`OverlappingFieldsCanBeMergedRule`, relies on the limits (no cycles, bounded depth) and is tested against that rule.

A field of an interface is compared once for each object type that is selected beside it. Where that happens at several
levels the numbers multiply, so the same selections are judged once only; the bounded depth bounds the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLOutputType,
    InlineFragmentNode,
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    SelectionSetNode,
    UniqueVariableNamesRule,
    ValidationContext,
    ValidationRule,
    VariablesAreInputTypesRule,
    VariablesInAllowedPositionRule,
    get_named_type,
    is_composite_type,
    is_object_type,
    print_ast,
    specified_rules,
)
from graphql.utilities.sort_value_node import sort_value_node


@dataclass(frozen=True, slots=True)
class Selected:
    """One field where it stands: the type it is selected on, and what it returns (None: there is no such field)."""

    parent: GraphQLNamedType | None
    node: FieldNode
    type: GraphQLOutputType | None


Fields = dict[str, list[Selected]]
"""Selections that answer into one object: their fields by response key."""


@dataclass(slots=True)
class Flat:
    """One selection set with its inline fragments opened: its fields with their response keys, and what it spreads."""

    fields: list[tuple[str, Selected]] = field(default_factory=list)
    spreads: list[str] = field(default_factory=list)


class LinearOverlappingFieldsRule(ValidationRule):
    """Reports each response key at most once per place. Each node of the document is looked at once.

    A selection set stands on one type wherever it is spread, so it is flattened once; the same group of fields has the
    same fields below it, so it is merged once.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._flat: dict[int, Flat] = {}
        self._merged: dict[tuple[int, ...], Fields] = {}
        self._shaped: dict[tuple[int, ...], bool] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_args: Any) -> None:
        root = self.context.schema.get_root_type(node.operation)
        merged = self._merge([(root, node.selection_set)])
        if self._agree_in_shape(merged):
            self._agree_in_meaning(merged, judged=set())

    def _agree_in_shape(self, merged: Fields) -> bool:
        """SameResponseShape: a client can read the answer whichever field it came from."""
        agree = True
        for key, selected in merged.items():
            shapes = {_shape(one.type): one.node for one in selected if one.type}
            if len(shapes) > 1:
                self._report(key, "they return different types", shapes.values())
                agree = False
            elif _has_children(selected):
                identity = _identity(selected)
                if identity not in self._shaped:
                    self._shaped[identity] = self._agree_in_shape(self._below(selected))
                agree = self._shaped[identity] and agree
        return agree

    def _agree_in_meaning(self, merged: Fields, *, judged: set[tuple[int, ...]]) -> None:
        """FieldsInSetCanMerge: fields of one object under one key are the same field with the same arguments.

        `judged` holds the groups that were looked at, each by the identity of its nodes.
        """
        for key, selected in merged.items():
            for group in _by_object_type(selected) if len(selected) > 1 else [selected]:
                if len(group) == 1 and not group[0].node.selection_set:
                    continue
                identity = _identity(group)
                if identity in judged:
                    continue
                judged.add(identity)
                meanings = {_meaning(one.node): one.node for one in group} if len(group) > 1 else {}
                if len(meanings) > 1:
                    self._report(key, "they are different fields or have different arguments", meanings.values())
                    break
                if _has_children(group):
                    self._agree_in_meaning(self._below(group), judged=judged)

    def _below(self, selected: list[Selected]) -> Fields:
        identity = _identity(selected)
        if identity not in self._merged:
            sets = [(get_named_type(one.type), one.node.selection_set) for one in selected if one.type]
            self._merged[identity] = self._merge([(parent, below) for parent, below in sets if below])
        return self._merged[identity]

    def _merge(self, sets: Iterable[tuple[GraphQLNamedType | None, SelectionSetNode]]) -> Fields:
        """Each fragment counts once, however often it is spread here."""
        merged: Fields = {}
        waiting = [self._flattened(parent, selection_set) for parent, selection_set in sets]
        seen: set[str] = set()
        for flat in waiting:  # It grows while it is read.
            for key, selected in flat.fields:
                merged.setdefault(key, []).append(selected)
            for name in flat.spreads:
                fragment = self.context.get_fragment(name) if name not in seen else None
                seen.add(name)
                if fragment:
                    condition = self._type(fragment.type_condition.name.value)
                    waiting.append(self._flattened(condition, fragment.selection_set))
        return merged

    def _flattened(self, parent: GraphQLNamedType | None, selection_set: SelectionSetNode) -> Flat:
        flat = self._flat.get(id(selection_set))
        if flat is None:
            flat = self._flat[id(selection_set)] = Flat()
            self._collect(flat, parent, selection_set)
        return flat

    def _collect(self, flat: Flat, parent: GraphQLNamedType | None, selection_set: SelectionSetNode) -> None:
        for selection in selection_set.selections:
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
                flat.fields.append((key, self._select(parent, selection)))
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = self._type(condition.name.value) if condition else parent
                self._collect(flat, inner, selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                flat.spreads.append(selection.name.value)

    def _select(self, parent: GraphQLNamedType | None, node: FieldNode) -> Selected:
        known = self.context.schema.get_field(parent, node.name.value) if is_composite_type(parent) else None
        return Selected(parent, node, known.type if known else None)

    def _type(self, name: str) -> GraphQLNamedType | None:
        return self.context.schema.get_type(name)

    def _report(self, key: str, reason: str, nodes: Iterable[FieldNode]) -> None:
        message = f"Fields '{key}' conflict because {reason}. Use different aliases on the fields to fetch both."
        self.report_error(GraphQLError(message, list(nodes)))


RULES = tuple(
    LinearOverlappingFieldsRule if rule is OverlappingFieldsCanBeMergedRule else rule for rule in specified_rules
)
"""GraphQL's validation rules with that one replaced."""


_OF_VARIABLES = {
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    UniqueVariableNamesRule,
    VariablesAreInputTypesRule,
    VariablesInAllowedPositionRule,
}
RULES_WITHOUT_VARIABLES = tuple(rule for rule in RULES if rule not in _OF_VARIABLES)
"""For documents that have none: looking for them would visit every node once more."""


def _identity(selected: list[Selected]) -> tuple[int, ...]:
    return tuple(id(one.node) for one in selected)


def _by_object_type(selected: list[Selected]) -> list[list[Selected]]:
    """Fields that may answer on one object: for each object type its own fields and those of abstract types.

    Two object types never meet. Without any object type the abstract ones are one group.
    """
    abstract = [one for one in selected if not is_object_type(one.parent)]
    groups: dict[str, list[Selected]] = {}
    for one in selected:
        if one.parent is not None and is_object_type(one.parent):
            groups.setdefault(one.parent.name, [*abstract]).append(one)
    return list(groups.values()) or [abstract]


def _has_children(selected: list[Selected]) -> bool:
    return any(one.node.selection_set for one in selected)


def _shape(kind: GraphQLOutputType) -> str:
    """Lists, nulls and leaf types must agree; which object it is need not."""
    named = get_named_type(kind)
    return str(kind).replace(named.name, "{}") if is_composite_type(named) else str(kind)


def _meaning(node: FieldNode) -> tuple[str, ...]:
    arguments = (f"{one.name.value}:{print_ast(sort_value_node(one.value))}" for one in node.arguments or ())
    return (node.name.value, *sorted(arguments))
