"""What belongs into a build and not into the repository stays out of it."""

import subprocess

from tests.architecture.source import ROOT


def test_no_third_party_file_made_for_browsers_is_committed() -> None:
    """They come from packages, with `gateway assets`; git ignores the folder, unless somebody adds a file by force.

    Outside a git checkout nothing is listed.
    """
    assert "gateway/assets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert [path for path in listed.splitlines() if path.startswith("gateway/assets/") or ".min." in path] == []
