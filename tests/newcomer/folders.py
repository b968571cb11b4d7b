"""The newcomer's folders: a clone of the repository, and two projects set up as docs/frontend.md says."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.harness.child import ROOT
from tests.newcomer.running import Clock

_INSTALL_SECONDS = 600
_HTML = '<!doctype html><div id="root"></div><script type="module" src="/src/main.tsx"></script>\n'
_LAYOUT = """export default function Layout({ children }: { children: React.ReactNode }) {
  return <html lang="en"><body>{children}</body></html>;
}
"""


@dataclass(frozen=True)
class Project:
    """One kind of front end: what it needs besides the guide's packages, and how its development server starts."""

    name: str
    packages: tuple[str, ...]
    frontend: str
    lay_out: Callable[[Path, Path], None]
    serve: tuple[str, ...]

    def make(self, folder: Path, repository: Path, clock: Clock) -> Path:
        """An empty folder becomes a project: the guide's files unchanged, its commands, its pages."""
        folder.mkdir()
        (folder / "package.json").write_text('{ "name": "shop", "private": true }\n', "utf-8")
        guide = repository / "docs" / "frontend"
        frontend = folder / self.frontend
        frontend.mkdir(parents=True)
        for path in guide.iterdir():
            if path.is_file():
                shutil.copy(path, frontend)
        shutil.copy(repository / "schema.graphql", frontend)
        self.lay_out(folder, guide)
        *installs, generate = _guide_commands(repository)
        for command in (*installs, "npm install " + " ".join(self.packages)):
            _run(command, folder)
        _run(generate, frontend)
        clock.say(f"{self.name} is installed")
        return folder


def _lay_out_vite(folder: Path, guide: Path) -> None:
    shutil.copy(guide / "vite" / "main.tsx", folder / "src" / "main.tsx")
    (folder / "index.html").write_text(_HTML, "utf-8")


def _lay_out_next(folder: Path, guide: Path) -> None:
    shutil.copytree(guide / "next", folder / "app")
    (folder / "app" / "layout.tsx").write_text(_LAYOUT, "utf-8")


VITE = Project(
    name="vite",
    packages=("vite", "@vitejs/plugin-react"),
    frontend="src/frontend",
    lay_out=_lay_out_vite,
    serve=("npx", "vite", "--strictPort", "--port"),
)
NEXT = Project(
    name="next",
    packages=("next", "typescript", "@types/react", "@types/node"),
    frontend="frontend",
    lay_out=_lay_out_next,
    serve=("npx", "next", "dev", "--port"),
)


def clone(folder: Path, clock: Clock) -> Path:
    """What is committed, and nothing else."""
    repository = folder / "repository"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(repository)], check=True)
    clock.say("cloned")
    return repository


def _guide_commands(repository: Path) -> list[str]:
    """The lines of "Set up a project", continued lines joined."""
    guide = (repository / "docs" / "frontend.md").read_text("utf-8")
    found = re.search(r"```sh\n(npm install .*?)```", guide, re.DOTALL)
    assert found, "docs/frontend.md has no commands for a project"
    return found[1].replace("\\\n", " ").strip().splitlines()


def _run(command: str, folder: Path) -> None:
    environment = os.environ | {"npm_config_audit": "false", "npm_config_fund": "false", "NEXT_TELEMETRY_DISABLED": "1"}
    subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env=environment,
        check=True,
        timeout=_INSTALL_SECONDS,
        stdout=subprocess.DEVNULL,
    )
