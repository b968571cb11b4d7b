"""GraphiQL at `GET /graphql` for browsers: in development, or where GATEWAY_PLAYGROUND asks for it.

Its files are npm's own, pinned and checked by the browser against the hashes below. They come from our own origin
when they lie in `assets/` (the image build puts them there), else from unpkg. None of them is kept in the repository.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Template
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

ASSETS = Path(__file__).parent / "assets"
ASSETS_PATH = "/graphql/assets"
CDN = "https://unpkg.com"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of a package on npm. `integrity` is the SHA-384 of exactly that file."""

    package: str
    version: str
    path: str
    integrity: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def address(self, *, installed: bool) -> str:
        return f"{ASSETS_PATH}/{self.name}" if installed else f"{CDN}/{self.package}@{self.version}/{self.path}"


STYLE = Asset(
    "graphiql", "4.1.2", "graphiql.min.css", "sha384-1el1QShFBnnXTx9x/Cprg82hZWKt0ry29OAYIXt05swbi0KcZDFoj0CWguMpopJr"
)
SCRIPTS = (
    Asset(
        "react",
        "18.3.1",
        "umd/react.production.min.js",
        "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
    ),
    Asset(
        "react-dom",
        "18.3.1",
        "umd/react-dom.production.min.js",
        "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
    ),
    Asset(
        "graphiql",
        "4.1.2",
        "graphiql.min.js",
        "sha384-9XdHu7ajgGJziD4J1zNBKQ842Q/+zZfDv+ib1eMhZWBH6hPAs806x+Jbcf0yNO6B",
    ),
    Asset(
        "graphql-ws",
        "6.4.2",
        "umd/graphql-ws.min.js",
        "sha384-mxvR4Mzbsb6QVx/9xI2gtQikQA6m8zMDBFnu3l//4/ROsWt7y2sUGWd+/tYQqDm7",
    ),
)


class Playground:
    """The page, read once. Every answer has a nonce of its own for the page's one script."""

    def __init__(self) -> None:
        self._installed = assets_directory() is not None
        page = (files(__package__) / "templates" / "playground.html").read_text("utf-8")
        self._page = Template(page, autoescape=True)

    def page(self) -> HTMLResponse:
        nonce = secrets.token_urlsafe(16)
        body = self._page.render(nonce=nonce, style=STYLE, scripts=SCRIPTS, installed=self._installed)
        return HTMLResponse(
            body,
            headers={"Content-Security-Policy": self._policy(nonce), "Cache-Control": "no-store", "Vary": "Accept"},
        )

    def _policy(self, nonce: str) -> str:
        origin = "'self'" if self._installed else CDN
        return (
            f"default-src 'none'; script-src {origin} 'nonce-{nonce}'; style-src {origin} 'unsafe-inline'; "
            f"connect-src 'self'; img-src 'self' data:; font-src {origin} data:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )


def assets_directory() -> Path | None:
    """Where the files are installed; None unless every one of them is there."""
    return ASSETS if all((ASSETS / asset.name).is_file() for asset in (STYLE, *SCRIPTS)) else None


def install_assets(node_modules: Path, *, into: Path = ASSETS) -> None:
    """Copy the five files out of an npm folder, each only if it is byte for byte the pinned one.

    Raises FileNotFoundError (the package is not installed there) or ValueError (another version is).
    """
    into.mkdir(exist_ok=True)
    for asset in (STYLE, *SCRIPTS):
        content = (node_modules / asset.package / asset.path).read_bytes()
        digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
        if f"sha384-{digest}" != asset.integrity:
            raise ValueError(f"{asset.package} there is not version {asset.version}")
        (into / asset.name).write_bytes(content)


def asset_routes() -> list[BaseRoute]:
    """For the application: the installed files under our own origin, or nothing."""
    directory = assets_directory()
    return [Mount(ASSETS_PATH, StaticFiles(directory=directory))] if directory else []
