"""Which files become the playground: exactly the pinned ones."""

from pathlib import Path

import pytest

from gateway.graphql import playground


def test_a_package_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="graphiql"):
        playground.install_assets(tmp_path, into=tmp_path / "assets")


def test_a_file_that_is_not_the_pinned_one_is_not_installed(tmp_path: Path) -> None:
    other = tmp_path / playground.STYLE.package / playground.STYLE.path
    other.parent.mkdir(parents=True)
    other.write_text("/* another version */")
    with pytest.raises(ValueError, match=playground.STYLE.version):
        playground.install_assets(tmp_path, into=tmp_path / "assets")
    assert list((tmp_path / "assets").iterdir()) == []
