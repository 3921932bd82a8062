"""The two pages for people: a plain one of our own, and GraphiQL, which fetches its code from the internet.

Decides what a visitor finds at `/`. Knows nothing of the graph but where it is.
"""

from functools import cache
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from strawberry import Schema
from strawberry.http.ides import get_graphql_ide_html

DOCUMENTS = (
    ("/schema.graphql", "The schema", "every type, field and argument, described"),
    ("/graphiql", "GraphiQL", "write queries in the browser; its code comes from the internet"),
    ("/healthz", "Alive", "answers while the process runs"),
    ("/readyz", "Ready", "answers 200 when the database is there and migrated"),
)

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Amends</title>
<style>
  body {{ font: 17px/1.6 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }}
  body {{ color: #222; background: #fff }}
  code {{ background: #f2f2f2; padding: .1em .3em }}
  a {{ color: #0b57d0 }}
  dt {{ margin-top: .8rem; font-weight: 600 }}
  dd {{ margin: 0; color: #555 }}
</style>
<h1>Amends</h1>
<p>Customer support between buyers and sellers: requests, responses, returns, refunds
and the ledger behind them.</p>
<p>The graph answers at <code>{graphql}</code>: POST a JSON object with a <code>query</code>,
and a token as <code>Authorization: Bearer …</code>.
<code>./amends token --help</code> makes one; the <code>docs</code> folder of the checkout
explains the rest.</p>
<dl>
{links}
</dl>
</html>
"""


def routes(public_url: str, graph: Schema) -> list[Route]:
    """Give the pages their addresses."""
    page, sdl = home(public_url), sdl_of(graph)

    async def show_home(_: Request) -> Response:
        return HTMLResponse(page)

    async def show_graphiql(_: Request) -> Response:
        return HTMLResponse(graphiql())

    async def show_schema(_: Request) -> Response:
        return PlainTextResponse(sdl)

    return [
        Route("/", show_home),
        Route("/graphiql", show_graphiql),
        Route("/schema.graphql", show_schema),
    ]


def sdl_of(graph: Schema) -> str:
    """Print the graph as it is committed and served."""
    return graph.as_str() + "\n"


def home(public_url: str) -> str:
    """Give the page at `/`."""
    links = "\n".join(
        f'<dt><a href="{path}">{title}</a></dt><dd>{meaning}</dd>' for path, title, meaning in DOCUMENTS
    )
    return PAGE.format(graphql=escape(f"{public_url}/graphql"), links=links)


@cache
def graphiql() -> str:
    """Give GraphiQL's page, pointed at the graph instead of at its own address."""
    own, graph = 'window.location.href.split("?")[0]', 'new URL("graphql", window.location.href).href'
    page = get_graphql_ide_html("graphiql")
    if own not in page:
        raise RuntimeError("GraphiQL's page no longer says where it sends its queries.")
    return page.replace(own, graph)
