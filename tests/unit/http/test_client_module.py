"""The browser module: served to pages of every origin, with its types, and packed as it lies."""

import json
from importlib.resources import files

import pytest

from gateway import __version__
from tests.unit.rest.stand_in import StandIn, client_of

FOLDER = files("gateway").joinpath("client")
FILES = {"/client/v1.js": "text/javascript; charset=utf-8", "/client/v1.d.ts": "application/typescript; charset=utf-8"}


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("origin", [None, "https://shop.example", "https://anywhere.example"])
async def test_pages_of_every_origin_may_load_it(origin: str | None, path: str) -> None:
    async with client_of(StandIn(limit=0), allowed_origins="https://shop.example") as client:
        answer = await client.get(path, headers={"Origin": origin} if origin else None)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == FILES[path]
    assert answer.headers["access-control-allow-origin"] in {"*", origin}
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.content == FOLDER.joinpath(path.rpartition("/")[2]).read_bytes()


async def test_who_has_it_is_answered_304() -> None:
    async with client_of(StandIn()) as client:
        first = await client.get("/client/v1.js")
        again = await client.get("/client/v1.js", headers={"If-None-Match": f'W/{first.headers["etag"]}, "x"'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])


async def test_it_names_its_types_and_needs_nothing_else() -> None:
    async with client_of(StandIn()) as client:
        module = await client.get("/client/v1.js")
    assert module.headers["x-typescript-types"] == "./v1.d.ts"
    assert [line for line in module.text.splitlines() if line.startswith(("import ", "export * "))] == []


def test_it_is_a_package_of_the_gateways_own_version() -> None:
    package = json.loads(FOLDER.joinpath("package.json").read_text("utf-8"))
    assert package["version"] == __version__
    assert all(FOLDER.joinpath(name).is_file() for name in package["files"])
