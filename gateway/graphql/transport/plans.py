"""What is asked most, compiled once a document: a selection of `paymentStatus` or `prices` becomes one function.

A plan covers a single root field of these, and below it every field whose resolver does not wait; fragments too,
and no directives. For anything else, and whenever something is out of the ordinary (a variable of another type, an
error, a null where none may be), graphql-core executes the operation. It is the tests' oracle as well.
"""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from dataclasses import dataclass
from inspect import isasyncgenfunction, isawaitable, iscoroutinefunction
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NullValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)
from strawberry.types.field import StrawberryField

from gateway.graphql.context import Context
from gateway.graphql.queries import list_prices, read_payment_status
from gateway.graphql.subscriptions import watch_payment_status

MOST_INT = 2**31 - 1
Variables = Mapping[str, Any]
Complete = Callable[[Any, "Asked"], Any]
"""A value as resolvers give it → as it is answered."""


class OutOfPlan(Exception):
    """Left to graphql-core: at compile time for the document, at run time for this call."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What resolvers read of strawberry's `Info`."""

    context: Context


@dataclass(frozen=True, slots=True)
class Plan:
    """One operation. `arguments` are the resolver's, by its own names."""

    key: str
    resolver: Callable[..., Any]
    arguments: Mapping[str, Callable[[Variables], Any]]
    complete: Complete

    async def execute(self, variables: Variables, context: Context) -> dict[str, Any]:
        """The answer of a query. Raises OutOfPlan, and what services raise."""
        info: Any = Asked(context)
        found = self.resolver(info, **self._given(variables))
        return {"data": {self.key: self.complete(await found if isawaitable(found) else found, info)}}

    async def subscribe(self, variables: Variables, context: Context) -> AsyncGenerator[dict[str, Any], None]:
        """The answers of a subscription. Raises OutOfPlan before the first one, and what services raise."""
        info: Any = Asked(context)
        payments = self.resolver(info, **self._given(variables))
        try:
            async for payment in payments:
                yield {"data": {self.key: self.complete(payment, info)}}
        finally:
            await payments.aclose()

    def _given(self, variables: Variables) -> dict[str, Any]:
        return {name: read(variables) for name, read in self.arguments.items()}


def compile_plan(schema: GraphQLSchema, document: DocumentNode, name: str | None) -> Plan | None:
    """Of an operation that is valid; None: graphql-core executes it."""
    found = [
        node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode) and (name is None or (node.name and node.name.value == name))
    ]
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    try:
        return _Compiler(schema, fragments).operation(found[0])
    except OutOfPlan:
        return None


class _Compiler:
    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.schema = schema
        self.fragments = fragments

    def operation(self, node: OperationDefinitionNode) -> Plan:
        root = self.schema.get_root_type(node.operation)
        selected = list(self._fields(node.selection_set, root))
        _require(root is not None and len(selected) == 1 and not node.directives)  # One that is named twice is merged.
        ((key, field),) = selected
        resolver = _RESOLVERS.get((node.operation, field.name.value))
        _require(resolver is not None)
        read = {argument.name.value: argument.value for argument in field.arguments or ()}
        _require({one.variable.name.value for one in node.variable_definitions or ()} == set(_variables_in(read)))
        _require(not any(one.default_value for one in node.variable_definitions or ()))
        arguments = {_NAMES[name]: _argument(name, value) for name, value in read.items()}
        type_ = root.fields[field.name.value].type  # type: ignore[union-attr]
        return Plan(key, resolver, arguments, self._completed(type_, field.selection_set))  # type: ignore[arg-type]

    def _fields(
        self, selection_set: SelectionSetNode | None, parent: GraphQLObjectType | None
    ) -> Iterator[tuple[str, FieldNode]]:
        """By response key, in the order in which they are answered."""
        for selection in selection_set.selections if selection_set else ():
            _require(not selection.directives)
            if isinstance(selection, FieldNode):
                yield (selection.alias or selection.name).value, selection
                continue
            fragment: Any = selection
            if isinstance(selection, FragmentSpreadNode):
                fragment = self.fragments[selection.name.value]
            _require(isinstance(fragment, InlineFragmentNode | FragmentDefinitionNode) and not fragment.directives)
            on = fragment.type_condition
            _require(parent is not None and (on is None or on.name.value == parent.name))
            yield from self._fields(fragment.selection_set, parent)

    def _object(self, parent: GraphQLObjectType, selection_set: SelectionSetNode | None) -> Complete:
        readers: dict[str, Complete] = {}
        for key, node in self._fields(selection_set, parent):
            if key in readers:
                _require(node.selection_set is None)  # A leaf, asked for twice; two selections would have to be merged.
            elif node.name.value == "__typename":
                readers[key] = _always(parent.name)
            else:
                _require(node.name.value in parent.fields and not node.arguments)
                field = parent.fields[node.name.value]
                readers[key] = _reader(field, self._completed(field.type, node.selection_set))
        items = tuple(readers.items())
        return lambda value, info: {key: read(value, info) for key, read in items}

    def _completed(self, type_: GraphQLOutputType, selection_set: SelectionSetNode | None) -> Complete:
        match type_:
            case GraphQLNonNull(of_type=inner):
                return _never_null(self._completed(inner, selection_set))
            case GraphQLList(of_type=inner):
                return _each(self._completed(inner, selection_set))
            case GraphQLObjectType():
                return _unless_null(self._object(type_, selection_set))
        _require(isinstance(type_, GraphQLLeafType))
        coerce = type_.coerce_output_value  # type: ignore[union-attr]
        return _unless_null(lambda value, _info: coerce(value))


def _reader(field: GraphQLField, complete: Complete) -> Complete:
    """What the field's resolver gives, completed."""
    definition = field.extensions.get("strawberry-definition")
    _require(isinstance(definition, StrawberryField) and not definition.extensions and not definition.arguments)
    resolver, name = definition.base_resolver, definition.python_name  # type: ignore[union-attr]
    if resolver is None:
        return lambda value, info: complete(getattr(value, name), info)
    function: Any = resolver.wrapped_func
    _require(not iscoroutinefunction(function) and not isasyncgenfunction(function))
    if resolver.info_parameter is not None:
        return lambda value, info: complete(function(value, info), info)
    return lambda value, info: complete(function(value), info)


def _always(value: Any) -> Complete:
    return lambda _value, _info: value


def _unless_null(complete: Complete) -> Complete:
    return lambda value, info: None if value is None else complete(value, info)


def _never_null(complete: Complete) -> Complete:
    def checked(value: Any, info: Asked) -> Any:
        completed = complete(value, info)
        _require(completed is not None)
        return completed

    return checked


def _each(complete: Complete) -> Complete:
    return lambda values, info: None if values is None else [complete(value, info) for value in values]


_RESOLVERS: Mapping[tuple[OperationType, str], Callable[..., Any]] = {
    (OperationType.QUERY, "paymentStatus"): read_payment_status,
    (OperationType.QUERY, "prices"): list_prices,
    (OperationType.SUBSCRIPTION, "paymentStatus"): watch_payment_status,
}
_NAMES = {"sessionId": "session_id", "sinceVersion": "since_version"}


def _argument(name: str, node: ValueNode) -> Callable[[Variables], Any]:
    is_fit = _is_id if name == "sessionId" else _is_version
    if isinstance(node, VariableNode):
        variable = node.name.value
        return lambda variables: _fitting(is_fit, variables.get(variable))
    value: Any = None if isinstance(node, NullValueNode) else ...
    if isinstance(node, StringValueNode):
        value = node.value
    elif isinstance(node, IntValueNode):
        value = node.value if name == "sessionId" else int(node.value)
    _require(is_fit(value))
    return lambda _variables: value


def _is_id(value: object) -> bool:
    return isinstance(value, str)


def _is_version(value: object) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and -MOST_INT <= value <= MOST_INT)


def _fitting(is_fit: Callable[[object], bool], value: Any) -> Any:
    _require(is_fit(value))
    return value


def _variables_in(values: Mapping[str, ValueNode]) -> Iterator[str]:
    return (value.name.value for value in values.values() if isinstance(value, VariableNode))


def _require(holds: object) -> None:
    if not holds:
        raise OutOfPlan
