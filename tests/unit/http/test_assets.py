"""Which files the playground and the REST documentation load: the pinned ones, or a sentence that says why not."""

import os
import stat
from pathlib import Path

import pytest

from gateway.graphql.transport.playground import Playground
from gateway.http.asset_fetching import NO_NPM, NotFetched, fetch_assets
from gateway.http.assets import ALL, DOCUMENTATION, PLAYGROUND, Asset, missing

SCRIPT = Asset("left", "1.0.0", "dist/left.min.js", "sha384-" + "A" * 64)


def _stand_in(folder: Path, lines: str) -> str:
    """A program in npm's place."""
    npm = folder / "npm"
    npm.write_text(f"#!/bin/sh\n{lines}\n")
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    return str(npm)


def test_every_file_has_a_name_of_its_own_and_its_licence_beside_it() -> None:
    assert len({asset.name for asset in ALL}) == len(ALL)
    for bundle in (PLAYGROUND, DOCUMENTATION):
        assert {asset.package for asset in bundle.licences} == {asset.package for asset in bundle.all}


def test_without_npm_it_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(NotFetched, match=r"install Node\.js|Install Node\.js") as refused:
        fetch_assets([SCRIPT], into=tmp_path / "assets", npm="no-such-program-here")
    assert str(refused.value) == NO_NPM
    assert not (tmp_path / "assets").exists()


@pytest.mark.parametrize(
    ("npm", "said"),
    [
        ("echo 'registry https://me:secret@registry.test is away' >&2; exit 1", "npm could not fetch the packages"),
        ("exit 0", "npm brought no dist/left.min.js of left@1.0.0"),
        ("echo nonsense > left-1.0.0.tgz", "npm brought no dist/left.min.js of left@1.0.0"),
        (
            "mkdir -p package/dist && echo changed > package/dist/left.min.js && tar -czf left-1.0.0.tgz package",
            "dist/left.min.js of left@1.0.0 is not the pinned file",
        ),
    ],
)
def test_what_npm_cannot_bring_is_a_sentence_and_leaves_the_folder_alone(tmp_path: Path, npm: str, said: str) -> None:
    with pytest.raises(NotFetched, match=said) as refused:
        fetch_assets([SCRIPT], into=tmp_path / "assets", npm=_stand_in(tmp_path, npm))
    assert "secret" not in str(refused.value)
    assert not (tmp_path / "assets").exists()


def test_a_file_that_was_changed_counts_as_missing(tmp_path: Path) -> None:
    (tmp_path / SCRIPT.name).write_text("changed")
    assert missing([SCRIPT], tmp_path) == [SCRIPT]
    assert missing(ALL, tmp_path) == list(ALL)


def test_without_its_files_the_playground_says_how_to_get_them(tmp_path: Path) -> None:
    html = bytes(Playground(tmp_path).page().body).decode()
    assert "<code>gateway assets</code>" in html
    assert "<script src" not in html
    assert "curl" in html


def test_no_page_names_another_server() -> None:
    policy = Playground().page().headers["content-security-policy"]
    assert "http" not in policy
    assert os.sep not in policy
