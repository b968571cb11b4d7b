"""GraphiQL at `GET /graphql` for browsers: in development, or where GATEWAY_PLAYGROUND asks for it.

Its files come from our own origin alone; where they were never fetched, the page says so and how to fetch them.
"""

import secrets
from importlib.resources import files
from pathlib import Path

from jinja2 import Template
from starlette.responses import HTMLResponse

from gateway.http.assets import FOLDER, HOW, PLAYGROUND


class Playground:
    """The page, read once. Every answer has a nonce of its own for the page's one script."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._installed = PLAYGROUND.is_installed(folder)
        page = (files(__package__) / "templates" / "playground.html").read_text("utf-8")
        self._page = Template(page, autoescape=True)

    def page(self) -> HTMLResponse:
        nonce = secrets.token_urlsafe(16)
        body = self._page.render(nonce=nonce, bundle=PLAYGROUND, installed=self._installed, how=HOW)
        return HTMLResponse(
            body,
            headers={"Content-Security-Policy": _policy(nonce), "Cache-Control": "no-store", "Vary": "Accept"},
        )


def _policy(nonce: str) -> str:
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        "connect-src 'self'; img-src 'self' data:; font-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
