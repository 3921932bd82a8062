"""Documents that ask for everything: each field of a type, and of what it leads to, a few levels deep."""

from collections.abc import Iterator

from graphql import GraphQLField, GraphQLNamedType, get_named_type, is_required_argument
from graphql.type import is_composite_type, is_object_type, is_union_type

from schema.graph import graph

ARGUMENTS = {
    ("Order", "eligibility"): "(reason: DEFECTIVE)",
    ("SupportRequest", "responsePreview"): "(response: {kind: REFUND_IN_FULL, fileClaim: true})",
    ("Ledger", "statement"): "(year: 2026, month: 3)",
}
PAGE = "(first: 5)"
DEEPEST_VALUE = -4  # values are asked for to their end, which is near


def all_of(type_name: str, *, depth: int) -> str:
    """The selection of everything a type has, `depth` levels of objects below it."""
    kind = graph._schema.get_type(type_name)
    assert kind is not None
    return f"{{ {' '.join(_selections(kind, depth))} }}"


def _selections(kind: GraphQLNamedType, depth: int) -> Iterator[str]:
    yield "__typename"
    if is_union_type(kind):
        for member in kind.types:
            fields = " ".join(_fields(member, depth, prefix=f"{member.name}_".lower()))
            yield f"... on {member.name} {{ {fields} }}"
    else:
        yield from _fields(kind, depth)


def _fields(kind: GraphQLNamedType, depth: int, prefix: str = "") -> Iterator[str]:
    for name, field in kind.fields.items():  # type: ignore[attr-defined]
        asked = f"{prefix}{name}: {name}" if prefix else name
        asked += _arguments(kind.name, name, field)
        inner = get_named_type(field.type)
        if not is_composite_type(inner):
            yield asked
        elif depth > 0 or (depth > DEEPEST_VALUE and not _is_node(inner)):
            yield f"{asked} {{ {' '.join(_selections(inner, depth - 1))} }}"


def _is_node(kind: GraphQLNamedType) -> bool:
    return is_object_type(kind) and any(each.name == "Node" for each in kind.interfaces)


def _arguments(kind: str, name: str, field: GraphQLField) -> str:
    if (kind, name) in ARGUMENTS:
        return ARGUMENTS[kind, name]
    if "first" in field.args:
        return PAGE
    assert not any(is_required_argument(argument) for argument in field.args.values()), f"{kind}.{name}"
    return ""
