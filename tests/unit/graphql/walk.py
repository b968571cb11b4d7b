"""The schema as an anonymous caller can walk it: from each root, through every field that bears no `@operator`."""

from graphql import GraphQLObjectType, GraphQLSchema, GraphQLUnionType, get_named_type

MARK = "operator"


def is_guarded(field: object) -> bool:
    node = getattr(field, "ast_node", None)
    return any(directive.name.value == MARK for directive in (node.directives if node else ()) or ())


def guarded_fields(schema: GraphQLSchema) -> set[str]:
    return {
        f"{kind.name}.{name}"
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if is_guarded(field)
    }


def open_fields(schema: GraphQLSchema) -> set[str]:
    """Every `Type.field` that can be reached without passing a guarded one, input fields and enums apart."""
    seen: set[str] = set()
    waiting = [kind for kind in (schema.query_type, schema.mutation_type, schema.subscription_type) if kind]
    visited = set()
    while waiting:
        kind = waiting.pop()
        if kind.name in visited:
            continue
        visited.add(kind.name)
        if isinstance(kind, GraphQLUnionType):
            waiting += kind.types
            continue
        for name, field in getattr(kind, "fields", {}).items():
            if not is_guarded(field):
                seen.add(f"{kind.name}.{name}")
                waiting.append(get_named_type(field.type))
    return seen
