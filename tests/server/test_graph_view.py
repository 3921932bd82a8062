"""The graph over HTTP: the malformed gets a status and a sentence, what runs an answer, bugs a reference."""

import json
from collections.abc import AsyncIterator
from typing import cast

import httpx
import pytest
import strawberry
from graphql import GraphQLError
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from resolvers.context import Context
from server.auth import BadToken
from server.connections import Connections
from server.encoding import GRAPHQL_RESPONSE, JSON
from server.errors import HANDLERS
from server.graph_view import GraphView
from server.live_limits import LiveLimits
from server.operations import Operations
from server.sse import EventStreams
from server.straight import Straight
from server.viewers import Caller


@strawberry.type
class Query:
    @strawberry.field
    def echo(self, text: str = "hello") -> str:
        return text

    @strawberry.field
    def bug(self) -> str | None:
        raise RuntimeError("the password is swordfish")

    @strawberry.field
    def refusal(self) -> str | None:
        raise GraphQLError("Ask for less.")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self) -> bool:
        return True


async def identify(authorization: str | None) -> Caller:
    if authorization == "Bearer bad":
        raise BadToken("The token is not valid.")
    if authorization == "Bearer broken":
        raise RuntimeError("the password is swordfish")
    return Caller()


def view_of(*, introspection: bool) -> GraphView:
    graph = strawberry.Schema(Query, Mutation)
    operations = Operations(graph, lambda *_: cast("Context", None), introspection=introspection)
    limits = LiveLimits()
    streams = EventStreams(operations, Connections(limits), limits)
    return GraphView(operations, identify, streams, body_limit_bytes=100_000)


def client(*, introspection: bool = True, straight: bool = True) -> httpx.AsyncClient:
    view = view_of(introspection=introspection)
    route = Route("/graphql", view, methods=["GET", "POST"])
    around = [] if straight else [Middleware(CORSMiddleware)]
    app = Straight("/graphql", view, routes=[route], exception_handlers=dict(HANDLERS), middleware=around)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://amends.example")


@pytest.fixture(params=[True, False], ids=["straight", "by its route"])
async def http(request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    async with client(straight=request.param) as http:
        yield http


async def post(http: httpx.AsyncClient, body: object, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await http.post("/graphql", content=content, headers={"content-type": JSON} | headers)


def message(response: httpx.Response) -> str:
    return str(response.json()["errors"][0]["message"])


async def test_a_query_is_answered_by_post_and_by_get(http: httpx.AsyncClient) -> None:
    by_post = await post(http, {"query": "query($t: String!) { echo(text: $t) }", "variables": {"t": "hé"}})
    by_get = await http.get(
        "/graphql", params={"query": "query($t: String!) { echo(text: $t) }", "variables": '{"t": "hé"}'}
    )
    for answer in (by_post, by_get):
        assert (answer.status_code, answer.json()) == (200, {"data": {"echo": "hé"}})
        assert answer.headers["content-type"] == JSON


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"{", 400, "The body is not JSON."),
        (b"\xff", 400, "The body is not JSON."),
        (b"[" * 5000, 400, "The body is not JSON."),
        (b'{"query": NaN}', 400, "The body is not JSON."),
        ([], 400, "Batches are not taken"),
        (None, 400, "must be a JSON object"),
        ({}, 400, "query must be a GraphQL document"),
        ({"query": 7}, 400, "query must be a GraphQL document"),
        ({"query": " "}, 400, "query must be a GraphQL document"),
        ({"query": "{echo}", "variables": []}, 400, "variables must be an object"),
        ({"query": "{echo}", "operationName": 7}, 400, "operationName must be a string"),
        ({"query": "{echo}", "extensions": "x"}, 400, "extensions must be an object"),
        ({"query": "{echo}", "variables": {"t": "a" * 100_000}}, 413, "larger than 100000 bytes"),
        ({"query": "{echo}", "variables": {"a": [{"b": "x\0"}]}}, 400, "variables.a.0.b holds a character"),
        ({"query": "{echo}", "variables": {"a": "\ud800"}}, 400, "variables.a holds a character"),
        ({"query": "{echo}", "variables": {"a\udfff": "x"}}, 400, "variables holds a character"),
    ],
)
async def test_a_malformed_request_has_its_status_and_its_sentence(
    http: httpx.AsyncClient, body: object, status: int, sentence: str
) -> None:
    answer = await post(http, body)
    assert answer.status_code == status
    assert sentence in message(answer)
    assert "data" not in answer.json()


async def test_a_place_in_the_variables_is_told_apart_for_machines(http: httpx.AsyncClient) -> None:
    answer = await post(http, {"query": "{echo}", "variables": {"a": [{"b": "x\0"}]}})
    assert answer.json()["errors"][0]["extensions"] == {
        "code": "BAD_REQUEST",
        "field": ["variables", "a", "0", "b"],
    }


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_other_media_types_are_refused(http: httpx.AsyncClient, media_type: str) -> None:
    answer = await post(http, {"query": "{echo}"}, **{"content-type": media_type})
    assert answer.status_code == 415
    answer = await post(http, {"query": "{echo}"}, **{"content-type": "application/json; charset=latin-1"})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("{", "Syntax Error"),
        ("{ nothing }", "Cannot query field 'nothing'"),
        ("fragment f on Query { echo }", "holds no operation"),
        ("query a { echo } query b { echo }", "several operations"),
        ('{ echo(text: "\\u0000") }', "U+0000"),
        ("{ a" * 3000, "nested too deeply"),
        ("{ " + "e " * 21_000 + "}", "more than 20000"),
        ("query($t: Int!) { echo }", "Variable '$t'"),
        ("subscription { x }", "Subscriptions are not served over plain HTTP"),
    ],
)
async def test_a_document_that_cannot_run_is_400_under_the_honest_media_type(
    http: httpx.AsyncClient, query: str, sentence: str
) -> None:
    honest = await post(http, {"query": query}, accept=GRAPHQL_RESPONSE)
    assert honest.status_code == 400
    assert honest.headers["content-type"] == GRAPHQL_RESPONSE
    assert sentence in message(honest)
    plain = await post(http, {"query": query})
    assert (plain.status_code, plain.json()) == (200, honest.json())
    assert "data" not in plain.json()


async def test_an_operation_is_chosen_by_its_name(http: httpx.AsyncClient) -> None:
    query = 'query a { echo(text: "a") } query b { echo(text: "b") }'
    assert (await post(http, {"query": query, "operationName": "b"})).json() == {"data": {"echo": "b"}}
    assert "Unknown operation" in message(await post(http, {"query": query, "operationName": "c"}))


async def test_get_never_changes_anything(http: httpx.AsyncClient) -> None:
    answer = await http.get("/graphql", params={"query": "mutation { change }"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


async def test_a_wrong_method_is_not_told_as_a_missing_address(http: httpx.AsyncClient) -> None:
    answers = [await http.put("/graphql"), await http.get("/nowhere")]
    told = [(answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) for answer in answers]
    assert told == [(405, "BAD_REQUEST"), (404, "NOT_FOUND")]


async def test_a_bug_is_told_by_its_reference_alone(http: httpx.AsyncClient) -> None:
    answer = await post(http, {"query": "{ bug echo }"})
    assert answer.status_code == 200
    assert answer.json()["data"] == {"bug": None, "echo": "hello"}
    [error] = answer.json()["errors"]
    assert error["path"] == ["bug"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert "swordfish" not in answer.text


async def test_what_breaks_before_there_is_an_answer_is_told_by_its_reference_alone(
    http: httpx.AsyncClient,
) -> None:
    answer = await post(http, {"query": "{ echo }"}, authorization="Bearer broken")
    assert answer.status_code == 500
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert "swordfish" not in answer.text


async def test_what_a_header_said_first_counts(http: httpx.AsyncClient) -> None:
    for tokens, status in ((("bad", "good"), 401), (("good", "bad"), 200)):
        headers = [("content-type", JSON), *(("authorization", f"Bearer {token}") for token in tokens)]
        answer = await http.post("/graphql", content=b'{"query": "{ echo }"}', headers=headers)
        assert answer.status_code == status


@pytest.mark.parametrize(("peer", "told"), [("127.0.0.1", "203.0.113.7"), ("198.51.100.1", "198.51.100.1")])
async def test_only_a_trusted_proxy_says_from_whom_a_request_comes(peer: str, told: str) -> None:
    async def who(request: Request) -> Response:
        assert request.client is not None
        return Response(request.client.host)

    app = Straight("/graphql", view_of(introspection=True), routes=[Route("/who", who)])
    transport = httpx.ASGITransport(app, client=(peer, 7))
    async with httpx.AsyncClient(transport=transport, base_url="http://amends.example") as http:
        answer = await http.get("/who", headers={"x-forwarded-for": "203.0.113.7"})
    assert answer.text == told


async def test_what_was_meant_for_the_client_is_told_in_full(http: httpx.AsyncClient) -> None:
    assert message(await post(http, {"query": "{ refusal }"})) == "Ask for less."


async def test_a_bad_token_is_401_with_a_graphql_body(http: httpx.AsyncClient) -> None:
    answer = await post(http, {"query": "{echo}"}, authorization="Bearer bad")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert message(answer) == "The token is not valid."


async def test_introspection_can_be_off() -> None:
    async with client(introspection=False) as http:
        answer = await post(
            http, {"query": "{ ...f } fragment f on Query { __schema { queryType { name } } }"}
        )
        assert "Introspection is off here" in message(answer)
        assert (await post(http, {"query": "{ __typename }"})).json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("*/*", JSON),
        ("application/json", JSON),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, application/json;q=0.9", GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE};q=0.1, application/json", JSON),
        (f"application/json, {GRAPHQL_RESPONSE}", GRAPHQL_RESPONSE),
        ("text/html;q=x", JSON),
        ("text/event-stream, application/json", JSON),
        ("text/event-stream, application/json;q=0.9", "text/event-stream; charset=utf-8"),
        ("text/event-stream;q=0", JSON),
    ],
)
async def test_the_answer_has_the_media_type_that_the_client_prefers(
    http: httpx.AsyncClient, accept: str, chosen: str
) -> None:
    assert (await post(http, {"query": "{echo}"}, accept=accept)).headers["content-type"] == chosen
