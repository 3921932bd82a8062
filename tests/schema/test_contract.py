"""The graph is what its clients were promised: each name and shape of the contract is here, and described."""

from collections.abc import Iterator
from pathlib import Path

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InputValueDefinitionNode,
    TypeDefinitionNode,
    build_schema,
    parse,
    print_ast,
)

from schema.graph import graph

CONTRACT = Path(__file__).with_name("contract.graphql")
PRINTED = Path(__file__).parents[2] / "schema.graphql"

# What partner tools, and notifications outside of the app, bring comes with them.
LATER_TYPES = {
    "DeliveryStatus",
    "NotificationPreference", "NotificationPreferencePayload", "SetNotificationPreferenceInput",
    "ApiToken", "ApiTokenPayload", "CreateApiTokenInput", "RevokeApiTokenInput",
    "WebhookEndpoint", "WebhookPayload", "CreateWebhookInput", "DeleteWebhookInput",
    "WebhookDelivery", "WebhookDeliveryConnection", "WebhookDeliveryEdge", "WebhookDeliveryPayload",
    "RetryWebhookDeliveryInput",
}  # fmt: skip
LATER_FIELDS = {
    "Viewer.notificationPreferences",
    "SellerDesk.webhooks", "SellerDesk.apiTokens",
    "Mutation.setNotificationPreference",
    "Mutation.createApiToken", "Mutation.revokeApiToken",
    "Mutation.createWebhook", "Mutation.deleteWebhook", "Mutation.retryWebhookDelivery",
}  # fmt: skip


def shapes(document: DocumentNode) -> Iterator[tuple[str, str]]:
    """Each name of a schema with its shape: fields, arguments with types and defaults, values, interfaces."""
    for definition in document.definitions:
        if not isinstance(definition, TypeDefinitionNode):
            continue
        name = definition.name.value
        yield name, definition.kind
        for interface in getattr(definition, "interfaces", None) or ():
            yield f"{name} implements {interface.name.value}", ""
        for member in getattr(definition, "types", None) or ():
            yield f"{name} = {member.name.value}", ""
        for value in getattr(definition, "values", None) or ():
            yield f"{name}.{value.name.value}", ""
        for field in getattr(definition, "fields", None) or ():
            path = f"{name}.{field.name.value}"
            yield path, _shape(field)
            for argument in getattr(field, "arguments", None) or ():
                yield f"{path}({argument.name.value})", _shape(argument)


def _shape(node: FieldDefinitionNode | InputValueDefinitionNode) -> str:
    default = getattr(node, "default_value", None)
    return print_ast(node.type) + (f" = {print_ast(default)}" if default else "")


def is_later(path: str) -> bool:
    field = path.split("(", maxsplit=1)[0]
    return field in LATER_FIELDS or field.split(".")[0].split(" ")[0] in LATER_TYPES


def test_every_name_and_shape_of_the_contract_is_here() -> None:
    promised = {
        path: shape for path, shape in shapes(parse(CONTRACT.read_text("utf-8"))) if not is_later(path)
    }
    given = dict(shapes(parse(graph.as_str())))
    assert {
        path: (shape, given.get(path)) for path, shape in promised.items() if given.get(path) != shape
    } == {}


def test_what_comes_later_is_not_here_yet() -> None:
    assert [path for path, _ in shapes(parse(graph.as_str())) if is_later(path)] == []


def test_there_is_nothing_that_nobody_was_promised() -> None:
    promised = dict(shapes(parse(CONTRACT.read_text("utf-8"))))
    assert [path for path, _ in shapes(parse(graph.as_str())) if path not in promised] == []


def test_everything_is_described() -> None:
    assert list(_undescribed(graph._schema)) == []


def _undescribed(schema: GraphQLSchema) -> Iterator[str]:
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        if not kind.description:
            yield name
        for value, member in getattr(kind, "values", {}).items():
            if not member.description:
                yield f"{name}.{value}"
        for field, definition in getattr(kind, "fields", {}).items():
            if not definition.description:
                yield f"{name}.{field}"
            for argument, given in getattr(definition, "args", {}).items():
                if not given.description:
                    yield f"{name}.{field}({argument})"


def test_the_printed_graph_is_current_and_reads_back() -> None:
    printed = PRINTED.read_text("utf-8")
    assert printed == graph.as_str() + "\n", "run ./amends docs"
    build_schema(printed)
