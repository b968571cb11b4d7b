"""The files of GraphiQL and Swagger UI: which they are, whether they are here, and where they are served.

They are npm's own, pinned by the hashes below, and none is kept in the repository. `gateway assets` fetches them into
`gateway/assets/` before a wheel is built; the image build does the same. Pages load them from us, never from elsewhere.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parents[1] / "assets"
PATH = "/assets"
HOW = "gateway assets"
"""The one line that fetches them; it needs npm."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of a package on npm. `integrity` is the SHA-384 of exactly that file, as browsers check it."""

    package: str
    version: str
    path: str
    integrity: str

    @property
    def name(self) -> str:
        """Its name in the folder; of the licences, which all have one name, with the package before it."""
        name = self.path.rpartition("/")[2]
        return name if name[0].islower() else f"{self.package}.{name}"

    def is_exactly(self, content: bytes) -> bool:
        return self.integrity == f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"


@dataclass(frozen=True, slots=True)
class Bundle:
    """What one page needs, in the order in which its scripts are loaded."""

    style: Asset
    scripts: tuple[Asset, ...]
    licences: tuple[Asset, ...]

    @property
    def all(self) -> tuple[Asset, ...]:
        return (self.style, *self.scripts, *self.licences)

    def is_installed(self, folder: Path = FOLDER) -> bool:
        return all((folder / asset.name).is_file() for asset in (self.style, *self.scripts))


_REACT = ("react", "18.3.1")
_REACT_DOM = ("react-dom", "18.3.1")
_GRAPHIQL = ("graphiql", "4.1.2")
_GRAPHQL_WS = ("graphql-ws", "6.4.2")
_SWAGGER_UI = ("swagger-ui-dist", "5.35.0")
_META_LICENCE = "sha384-dIN5gxuW3odCH42AKpxql36fRQlrVsjCi4EJgGC2Ty8Ihkcq9cdrChEZpKhSAfks"

PLAYGROUND = Bundle(
    style=Asset(
        *_GRAPHIQL, "graphiql.min.css", "sha384-1el1QShFBnnXTx9x/Cprg82hZWKt0ry29OAYIXt05swbi0KcZDFoj0CWguMpopJr"
    ),
    scripts=(
        Asset(
            *_REACT,
            "umd/react.production.min.js",
            "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
        ),
        Asset(
            *_REACT_DOM,
            "umd/react-dom.production.min.js",
            "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
        ),
        Asset(*_GRAPHIQL, "graphiql.min.js", "sha384-9XdHu7ajgGJziD4J1zNBKQ842Q/+zZfDv+ib1eMhZWBH6hPAs806x+Jbcf0yNO6B"),
        Asset(
            *_GRAPHQL_WS,
            "umd/graphql-ws.min.js",
            "sha384-mxvR4Mzbsb6QVx/9xI2gtQikQA6m8zMDBFnu3l//4/ROsWt7y2sUGWd+/tYQqDm7",
        ),
    ),
    licences=(
        Asset(*_REACT, "LICENSE", _META_LICENCE),
        Asset(*_REACT_DOM, "LICENSE", _META_LICENCE),
        Asset(*_GRAPHIQL, "LICENSE", "sha384-9JPX1agGTIUB7wtQt2kO3PUO7clmCJp+9e50VMjw1yd8briI77AZnMDBz5VcerBH"),
        Asset(*_GRAPHQL_WS, "LICENSE.md", "sha384-c9rwCRJhBe3xpfGbnP7ZTP0sfjJyIeA1TwyZG3NBT2vtq9QfSZQKD4RT0zGM91Uc"),
    ),
)
DOCUMENTATION = Bundle(
    style=Asset(
        *_SWAGGER_UI, "swagger-ui.css", "sha384-WlYgdmXYOOBWL5apwjDEZwN+U3HmXSSu5R6V5aGxEcf7z+KuRNwBhoxKVN1i3D5I"
    ),
    scripts=(
        Asset(
            *_SWAGGER_UI,
            "swagger-ui-bundle.js",
            "sha384-gjRm0bEPMeTmMh5jT2cHccIwCUZSTd8YC+j0d0sXw0MdGEfScduGpSyF3ZSSLkX9",
        ),
    ),
    licences=(
        Asset(*_SWAGGER_UI, "LICENSE", "sha384-II9e1ieUDl5AxyiVq3/FflTua1Sr0kMJ25e6imG7rXg7SiAsA2VemsvEqVsLqM7/"),
        Asset(*_SWAGGER_UI, "NOTICE", "sha384-0WsY5RW2lVusdcWTnoCx5fP8TSnX2JZrr3m82bJxkn2hS3VYTh1Ar/IQSNtZJB3d"),
    ),
)
ALL = (*PLAYGROUND.all, *DOCUMENTATION.all)


def missing(assets: Iterable[Asset] = ALL, folder: Path = FOLDER) -> list[Asset]:
    """Those that are not in the folder, byte for byte."""
    return [asset for asset in assets if not _is_there(asset, folder)]


def asset_routes() -> list[BaseRoute]:
    """For the application: the installed files under our own origin, or nothing."""
    return [Mount(PATH, StaticFiles(directory=FOLDER))] if FOLDER.is_dir() else []


def _is_there(asset: Asset, folder: Path) -> bool:
    try:
        return asset.is_exactly((folder / asset.name).read_bytes())
    except OSError:
        return False
