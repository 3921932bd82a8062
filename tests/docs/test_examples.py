"""What the pages print is real: documents fit the graph, commands and settings exist, links lead
somewhere.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from graphql import OperationDefinitionNode, parse, validate
from graphql.execution import get_variable_values

from bench.command import parser
from schema.graph import graph
from server.cli.__main__ import app
from server.passages import PASSAGES
from server.settings import PREFIX, Settings
from tests.docs.pages import PAGES, ROOT, Example, examples
from tests.schema.kept import laid_out
from tests.schema.world import World

EXAMPLES = list(examples())
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
FILE = re.compile(r"`((?:domain|storage|resolvers|schema|worker|demo|server|tests|docs|\.ci)/[\w/.]*)`")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
async def world(engine: Any) -> World:
    """Give the small marketplace of the graph's own tests."""
    return await laid_out(engine)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_document_fits_the_graph(example: Example) -> None:
    document = parse(example.document)
    assert validate(graph._schema, document) == []
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    given = get_variable_values(graph._schema, operation.variable_definitions or (), example.variables or {})
    assert not isinstance(given, list), given


@pytest.mark.parametrize("page", sorted({each.page for each in EXAMPLES if each.viewer}), ids=name_of)
async def test_the_documents_of_a_page_run(page: Path, world: World) -> None:
    await world.open_request(await world.delivered_order())
    for example in EXAMPLES:
        if example.page == page and example.viewer:
            viewer = None if example.viewer == "nobody" else getattr(world, example.viewer)
            data = await world.run(example.document, viewer, **(example.variables or {}))
            for payload in data.values():
                assert not (isinstance(payload, dict) and payload.get("userErrors")), (str(example), payload)


def commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for found in re.findall(r"\./amends[^\n`|]*", page.read_text("utf-8")):
            if not found.endswith("-->"):
                yield name_of(page), found.strip()


@pytest.mark.parametrize(("page", "line"), sorted(set(commands())))
def test_a_command_exists_with_its_options(page: str, line: str) -> None:
    command: Any = typer.main.get_command(app)
    words = shlex.split(line.rstrip(".,;"))[1:]
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    assert not hasattr(command, "commands") or set(words) <= {"--help"}, f"{line}: no such command"
    if command.name == "bench":
        known = {option for action in parser(line)._actions for option in action.option_strings}
    elif command.context_settings.get("ignore_unknown_options"):
        return
    else:
        known = {
            option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
        }
    assert {word for word in words if word.startswith("--")} <= known | {"--help"}, line


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_setting_exists(page: Path) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    assert set(re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]", page.read_text("utf-8"))) <= known


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_link_leads_somewhere(page: Path) -> None:
    for target, heading in LINK.findall(page.read_text("utf-8")):
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), f"{target} is not there"
        assert not heading or heading in {slug(title) for title in HEADING.findall(there.read_text("utf-8"))}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_file_that_is_named_is_there(page: Path) -> None:
    for path in FILE.findall(page.read_text("utf-8")):
        assert (ROOT / path).exists(), path


def test_every_generated_passage_is_shown() -> None:
    pages = "".join(page.read_text("utf-8") for page in PAGES)
    assert [name for name in PASSAGES if f"<!-- /{name} -->" not in pages] == []


def slug(title: str) -> str:
    """The anchor that Markdown's readers give a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
