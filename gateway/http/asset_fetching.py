"""Fetches the files of `assets.py` from their npm packages, by npm itself; each only if it is exactly the pinned one.

Nothing of a package is run or unpacked: single files are read out of its archive.
"""

import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

from gateway.http.assets import ALL, FOLDER, HOW, Asset
from gateway.telemetry.logs import redact

TIMEOUT_SECONDS = 300
LARGEST_BYTES = 16 * 1024 * 1024
NO_NPM = (
    "npm is not installed, and these files come from npm packages. Install Node.js (https://nodejs.org), then run "
    f"`{HOW}` again. Everything but the playground and the page of the REST documentation works without them."
)


class NotFetched(Exception):
    """A sentence that says what is missing or wrong."""


def fetch_assets(assets: Iterable[Asset] = ALL, *, into: Path = FOLDER, npm: str = "npm") -> None:
    """Put each file into the folder. Raises NotFetched; then nothing of the folder has changed."""
    wanted = tuple(assets)
    program = shutil.which(npm)
    if program is None:
        raise NotFetched(NO_NPM)
    with tempfile.TemporaryDirectory(prefix="gateway-assets-") as folder:
        _pack(program, dict.fromkeys(f"{asset.package}@{asset.version}" for asset in wanted), Path(folder))
        contents = {asset.name: _read(asset, Path(folder)) for asset in wanted}
    try:
        into.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (into / name).write_bytes(content)
    except OSError as error:
        raise NotFetched(f"{into} cannot be written to: {error.strerror}.") from error


def _pack(program: str, packages: Iterable[str], folder: Path) -> None:
    command = [program, "pack", "--silent", "--prefer-offline", "--ignore-scripts", "--pack-destination", str(folder)]
    try:
        ran = subprocess.run(  # noqa: S603 (our own words alone)
            [*command, *packages], cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotFetched(f"npm did not run to its end: {redact(str(error))}") from error
    if ran.returncode != 0:
        said = redact(" ".join(ran.stderr.split()))[:300] or f"it ended with {ran.returncode}"
        raise NotFetched(f"npm could not fetch the packages; is its registry reachable from here? It said: {said}")


def _read(asset: Asset, folder: Path) -> bytes:
    archive = folder / f"{asset.package}-{asset.version}.tgz"
    try:
        with tarfile.open(archive) as packed:
            member = packed.extractfile(f"package/{asset.path}")
            content = member.read(LARGEST_BYTES) if member else b""
    except (OSError, KeyError, tarfile.TarError) as error:
        raise NotFetched(f"npm brought no {asset.path} of {asset.package}@{asset.version}.") from error
    if not asset.is_exactly(content):
        raise NotFetched(f"{asset.path} of {asset.package}@{asset.version} is not the pinned file.")
    return content
