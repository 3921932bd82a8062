"""Sockets: every rule of graphql-transport-ws holds, and nothing of a socket outlives it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLError
from websockets.exceptions import InvalidStatus

from server.live_limits import LiveLimits
from tests.server.live import Live, Socket, live, nothing_logged, platform_token
from tests.server.stage import Stage, Told, eventually

QUICK = LiveLimits(
    init_seconds=1,
    quiet_seconds=0.5,
    send_seconds=1,
    close_seconds=0.5,
    operations_per_socket=3,
    connections_per_viewer=2,
)
FOLLOW = "subscription { told { text } }"


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[Live]:
    async with live(database_url, tmp_path) as served:
        yield served


@pytest.fixture
async def quick(database_url: str, tmp_path: Path) -> AsyncIterator[Live]:
    """The same with little patience."""
    async with live(database_url, tmp_path, limits=QUICK) as served:
        yield served


async def follow(socket: Socket, stage: Stage, id_: str, query: str = FOLLOW) -> None:
    before = stage.followers
    await socket.begin(id_, query)
    await stage.followed_by(before + 1)


async def test_queries_and_mutations_work_over_a_socket(served: Live) -> None:
    served.stage.released.set()
    async with nothing_logged(), served.socket(platform_token()) as socket:
        assert await socket.ask("1", "{ role }") == {"data": {"role": "PLATFORM"}}
        answer = await socket.ask("1", "mutation($n: String!) { change(name: $n) }", n="a")
        assert answer == {"data": {"change": "a"}}


async def test_a_subscription_tells_each_event_and_completes(served: Live) -> None:
    async with nothing_logged(), served.socket() as socket:
        await follow(socket, served.stage, "1")
        for text in ("a", "b"):
            served.stage.tell(Told(text=text))
            payload = {"data": {"told": {"text": text}}}
            assert await socket.receive() == {"id": "1", "type": "next", "payload": payload}
        served.stage.tell(None)
        assert await socket.receive() == {"id": "1", "type": "complete"}
        await served.stage.followed_by(0)


async def test_an_event_is_told_only_to_whom_it_may_be(served: Live) -> None:
    async with served.socket() as nobody, served.socket(platform_token()) as platform:
        await follow(nobody, served.stage, "1")
        await follow(platform, served.stage, "1")
        served.stage.tell(Told(text="secret", for_role="PLATFORM"))
        served.stage.tell(Told(text="for all"))
        assert (await platform.receive())["payload"]["data"]["told"]["text"] == "secret"
        assert (await nobody.receive())["payload"]["data"]["told"]["text"] == "for all"


async def test_a_stopped_operation_says_no_more_and_its_id_is_free(served: Live) -> None:
    async with nothing_logged(), served.socket() as socket:
        await follow(socket, served.stage, "1")
        await socket.send({"type": "complete", "id": "1"})
        await served.stage.followed_by(0)
        await socket.send({"type": "complete", "id": "1"})  # it may cross our own
        assert await socket.ask("1", "{ role }") == {"data": {"role": None}}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "Syntax Error"),
        ("{", "Syntax Error"),
        ("{ nothing }", "Cannot query field 'nothing'"),
        ("subscription { nothing }", "Cannot query field 'nothing'"),
        ("subscription { told { text } flood(size: 1) { text } }", "one top level field"),
        ("subscription a { told { text } } subscription b { told { text } }", "several operations"),
        ("subscription($t: Int!) { told(topic: $t) { text } }", "Variable '$t'"),
        ("subscription($t: String!) { told(topic: $t) { text } }", "'$t'"),
        ("subscription { refused(atOnce: true) { text } }", "There is no such thing."),
        ("{ a" * 3000, "nested too deeply"),
        ("{ role(a: " + "[" * 500 + "]" * 500 + ") }", ""),
        ("subscription { told(topic: " + "[" * 150 + "]" * 150 + ") { text } }", "String cannot represent"),
    ],
)
async def test_what_is_wrong_with_one_operation_leaves_the_others_alone(
    served: Live, query: str, sentence: str
) -> None:
    async with nothing_logged(), served.socket() as socket:
        await follow(socket, served.stage, "1")
        await socket.begin("2", query)
        answer = await socket.receive()
        assert (answer["id"], answer["type"]) == ("2", "error")
        assert sentence in answer["payload"][0]["message"]
        served.stage.tell(Told(text="a"))
        assert (await socket.receive())["payload"]["data"] == {"told": {"text": "a"}}


async def test_a_bug_in_an_event_is_told_by_its_reference_and_the_next_event_comes(served: Live) -> None:
    async with served.socket() as socket:
        await follow(socket, served.stage, "1", "subscription { told { text bug } }")
        for _ in range(2):
            served.stage.tell(Told(text="a"))
            payload = (await socket.receive())["payload"]
            assert payload["data"] == {"told": {"text": "a", "bug": None}}
            assert payload["errors"][0]["extensions"]["code"] == "INTERNAL"
            assert "swordfish" not in str(payload)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(GraphQLError("Read again."), "Read again."), (KeyError("swordfish"), "reference")],
)
async def test_a_stream_that_fails_ends_with_an_error(served: Live, error: Exception, sentence: str) -> None:
    async with served.socket() as socket:
        await follow(socket, served.stage, "1")
        served.stage.tell(error)
        answer = await socket.receive()
        assert (answer["id"], answer["type"]) == ("1", "error")
        assert sentence in answer["payload"][0]["message"]
        assert "swordfish" not in str(answer)
        assert await socket.ask("1", "{ role }") == {"data": {"role": None}}


async def test_pings_are_answered(served: Live) -> None:
    async with served.socket(begun=False) as socket:
        await socket.send({"type": "ping", "payload": {"any": "thing"}})
        assert await socket.receive() == {"type": "pong"}
        assert await socket.init() == {"type": "connection_ack", "payload": {"expiresIn": None}}
        await socket.send({"type": "ping"})
        assert await socket.receive() == {"type": "pong"}
        await socket.send({"type": "pong"})
        assert await socket.ask("1", "{ role }") == {"data": {"role": None}}


SUBSCRIBE = {"type": "subscribe", "id": "1", "payload": {"query": "{ role }"}}
BAD_FRAMES: list[Any] = [
    "",
    "{",
    "[]",
    "null",
    '"x"',
    "7",
    "NaN",
    "[" * 100_000,
    b"bytes",
    {},
    {"type": 7},
    {"type": "start", "id": "1", "payload": {"query": "{ role }"}},
    {"type": "next", "id": "1", "payload": {}},
    {"type": "connection_ack"},
    SUBSCRIBE | {"id": None},
    SUBSCRIBE | {"id": ""},
    SUBSCRIBE | {"id": 7},
    SUBSCRIBE | {"id": "x" * 201},
    SUBSCRIBE | {"payload": None},
    SUBSCRIBE | {"payload": []},
    SUBSCRIBE | {"payload": {}},
    SUBSCRIBE | {"payload": {"query": 7}},
    SUBSCRIBE | {"payload": {"query": "{ role }", "variables": []}},
    SUBSCRIBE | {"payload": {"query": "{ role }", "operationName": 7}},
    SUBSCRIBE | {"payload": {"query": "{ role }", "variables": {"a": "x\0"}}},
    SUBSCRIBE | {"payload": {"query": "{ role }", "variables": {"a": "\ud800"}}},
    SUBSCRIBE | {"id": "\udfff"},
    SUBSCRIBE | {"payload": {"query": "{ role } #" + "x" * 1_000_000}},
    {"type": "complete"},
    {"type": "complete", "id": ""},
    {"type": "ping", "payload": []},
    {"type": "pong", "payload": "x"},
    {"type": "ping", "payload": {"authorization": 7}},
]


@pytest.mark.parametrize("frame", BAD_FRAMES, ids=map(str, range(len(BAD_FRAMES))))
async def test_a_bad_frame_closes_the_socket_with_a_reason(served: Live, frame: object) -> None:
    async with nothing_logged(), served.socket() as socket:
        await follow(socket, served.stage, "other")
        await socket.send(frame)
        code, reason = await socket.ended()
        assert code == 4400
        assert reason
    await served.stage.followed_by(0)


async def test_a_bad_first_frame_does_so_too(served: Live) -> None:
    bad: list[Any] = [[], "x", {"authorization": []}]
    for payload in bad:
        async with nothing_logged(), served.socket(begun=False) as socket:
            await socket.send({"type": "connection_init", "payload": payload})
            assert (await socket.ended())[0] == 4400


async def test_a_frame_beyond_all_bounds_is_refused_before_it_is_read(served: Live) -> None:
    async with nothing_logged(), served.socket() as socket:
        await socket.send("x" * 4_000_001)
        code, reason = await socket.ended()
        assert code == 1009
        assert reason


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ([SUBSCRIBE], 4401),
        ([{"type": "ping", "payload": {"authorization": "Bearer x"}}], 4401),
        ([{"type": "connection_init"}, {"type": "connection_init"}], 4429),
        ([{"type": "connection_init", "payload": {"Authorization": "Bearer x"}}], 4403),
        ([{"type": "connection_init", "payload": {"Authorization": "x"}}], 4403),
    ],
)
async def test_what_comes_at_the_wrong_time_has_its_code(
    served: Live, sent: list[dict[str, Any]], code: int
) -> None:
    async with nothing_logged(), served.socket(begun=False) as socket:
        for frame in sent:
            await socket.send(frame)
        assert (await socket.ended())[0] == code


async def test_an_id_that_is_taken_closes_the_socket(served: Live) -> None:
    async with nothing_logged(), served.socket() as socket:
        await follow(socket, served.stage, "1")
        await socket.begin("1", FOLLOW)
        assert (await socket.ended())[0] == 4409
    await served.stage.followed_by(0)


@pytest.mark.parametrize("offered", [("graphql-ws",), ("graphql-ws", "other"), None])
async def test_another_subprotocol_is_closed_with_its_code(
    served: Live, offered: tuple[str, ...] | None
) -> None:
    async with nothing_logged(), served.socket(subprotocols=offered, begun=False) as socket:
        code, reason = await socket.ended()
        assert code == 4406
        assert "graphql-transport-ws" in reason


async def test_ours_is_chosen_among_several_subprotocols(served: Live) -> None:
    async with served.socket(subprotocols=("graphql-ws", "graphql-transport-ws")) as socket:
        assert socket.connection.subprotocol == "graphql-transport-ws"


async def test_only_pages_of_known_origins_may_open_a_socket(database_url: str, tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "public_url": "https://amends.example",
        "cors_origins": "https://shop.example, http://b:81",
    }
    async with nothing_logged(), live(database_url, tmp_path, **settings) as served:
        for origin in ("https://amends.example", "https://AMENDS.example:443", "https://shop.example"):
            async with served.socket(origin=origin) as socket:
                assert await socket.ask("1", "{ role }") == {"data": {"role": None}}
        for origin in ("https://evil.example", "http://amends.example", "null", "http://b", "http://b:x"):
            with pytest.raises(InvalidStatus) as refused:
                async with served.socket(origin=origin):
                    pass
            assert refused.value.response.status_code == 403


async def test_a_machines_own_names_are_one_origin_and_a_star_lets_in_any(
    database_url: str, tmp_path: Path
) -> None:
    async with live(database_url, tmp_path, cors_origins="*") as served, served.socket(origin="null"):
        pass
    async with live(database_url, tmp_path, public_url="http://127.0.0.1:8000") as served:
        async with served.socket(origin="http://localhost:8000"):
            pass
        with pytest.raises(InvalidStatus):
            async with served.socket(origin="http://localhost:8001"):
                pass


# ── time and limits ──


async def test_a_socket_that_does_not_begin_is_closed(quick: Live) -> None:
    async with nothing_logged(), quick.socket(begun=False) as socket:
        assert (await socket.ended())[0] == 4408


async def test_a_silent_client_is_asked_for_a_sign_of_life_then_closed(quick: Live) -> None:
    async with nothing_logged(), quick.socket() as socket:
        pings = [await socket.connection.recv() for _ in range(2)]
        assert pings == ['{"type":"ping"}'] * 2
        assert (await socket.ended())[0] == 4408


async def test_a_client_that_answers_pings_stays(quick: Live) -> None:
    async with quick.socket() as socket:
        for _ in range(5):  # longer than silence would be borne
            assert await socket.connection.recv() == '{"type":"ping"}'
            await socket.send({"type": "pong"})
        assert await socket.ask("1", "{ role }") == {"data": {"role": None}}


async def test_a_socket_runs_so_many_operations_and_no_more(quick: Live) -> None:
    async with nothing_logged(), quick.socket() as socket:
        for number in range(3):
            await follow(socket, quick.stage, str(number))
        await socket.begin("3", "{ role }")
        answer = await socket.receive()
        assert (answer["id"], answer["type"]) == ("3", "error")
        assert answer["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"
        await socket.send({"type": "complete", "id": "0"})
        assert await socket.ask("3", "{ role }") == {"data": {"role": None}}


async def test_a_mutation_nobody_listens_to_still_counts(quick: Live) -> None:
    async with quick.socket() as socket:
        for number in range(3):
            await socket.begin("1", 'mutation { change(name: "a") }')
            await eventually(lambda number=number: len(quick.stage.begun) == number + 1)  # type: ignore[misc]
            await socket.send({"type": "complete", "id": "1"})
        await socket.begin("1", "{ role }")
        assert (await socket.receive())["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"
        quick.stage.released.set()
        await eventually(lambda: len(quick.stage.finished) == 3)
        assert await socket.ask("1", "{ role }") == {"data": {"role": None}}


async def test_a_viewer_has_so_many_sockets_and_no_more(quick: Live) -> None:
    bearer = platform_token()
    async with nothing_logged(), quick.socket(bearer) as first, quick.socket(platform_token()):
        async with quick.socket(begun=False) as third:
            await third.send({"type": "connection_init", "payload": {"authorization": f"Bearer {bearer}"}})
            assert (await third.ended())[0] == 1013
        async with quick.socket():  # nobody is somebody else
            pass
        await first.connection.close()
        await first.connection.wait_closed()
        async with quick.socket(bearer):
            pass


async def test_too_many_frames_a_second_close_the_socket(served: Live) -> None:
    async with nothing_logged(), served.socket() as socket:
        for _ in range(400):
            await socket.send({"type": "pong"})
        assert (await socket.ended())[0] == 4429


async def test_a_socket_that_stops_reading_is_cut_off_and_harms_nobody(quick: Live) -> None:
    async with nothing_logged(), quick.socket() as reading, quick.socket(max_queue=1) as stuck:
        await follow(reading, quick.stage, "1")
        await stuck.begin("1", "subscription { flood(size: 100000) { text } }")
        await eventually(lambda: quick.stage.flooded > 3)
        quick.stage.tell(Told(text="a"))
        assert (await reading.receive())["payload"]["data"] == {"told": {"text": "a"}}
        stuck.connection.transport.pause_reading()
        await eventually(lambda: quick.stage.floods == 0)
        assert quick.stage.flooded * 100_000 < 20_000_000  # no more than the system's own buffers
        quick.stage.tell(Told(text="b"))
        assert (await reading.receive())["payload"]["data"] == {"told": {"text": "b"}}
        stuck.connection.transport.abort()


# ── mutations and leaks ──


async def test_a_mutation_is_finished_though_its_client_stops_it_or_leaves(served: Live) -> None:
    async with nothing_logged():
        async with served.socket() as socket:
            await socket.begin("1", 'mutation { change(name: "stopped") }')
            await eventually(lambda: served.stage.begun == ["stopped"])
            await socket.send({"type": "complete", "id": "1"})
            assert await socket.ask("1", "{ role }") == {"data": {"role": None}}
            await socket.begin("2", 'mutation { change(name: "left") }')
            await eventually(lambda: len(served.stage.begun) == 2)
        served.stage.released.set()
        await eventually(lambda: sorted(served.stage.finished) == ["left", "stopped"])


async def test_nothing_of_a_socket_outlives_it(served: Live) -> None:
    before = len(asyncio.all_tasks())
    async with nothing_logged():
        for ending in ("close", "abort", "bad frame"):
            async with served.socket() as socket:
                for number in range(5):
                    await follow(socket, served.stage, str(number))
                if ending == "abort":
                    socket.connection.transport.abort()
                elif ending == "bad frame":
                    await socket.send("nonsense")
            await served.stage.followed_by(0)
        await eventually(lambda: len(asyncio.all_tasks()) <= before)
