"""The REST documentation as a page at `/api/docs`: in development, or where GATEWAY_DOCS asks for it.

The page is Swagger UI over `/api/openapi.json`. Its files come from our own origin alone, and no script stands in the
page; where the files were never fetched, the page says so and how to fetch them.
"""

from importlib.resources import files
from pathlib import Path

from jinja2 import Template
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.http.assets import DOCUMENTATION, FOLDER, HOW
from gateway.settings import Settings

PATH = "/api/docs"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def create_documentation(settings: Settings, folder: Path = FOLDER) -> list[BaseRoute]:
    """The page and its script, or nothing."""
    if not settings.has_docs:
        return []
    templates = files(__package__) / "templates"
    page = Template((templates / "docs.html").read_text("utf-8"), autoescape=True)
    html = page.render(bundle=DOCUMENTATION, installed=DOCUMENTATION.is_installed(folder), how=HOW)
    script = (templates / "docs.js").read_text("utf-8")

    async def show(_request: Request) -> Response:
        return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"})

    async def start(_request: Request) -> Response:
        return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})

    return [Route(PATH, show, methods=["GET"]), Route(f"{PATH}/start.js", start, methods=["GET"])]
