"""Where `gateway dev` keeps its data, and how the operators' commands find it: one rule, in this one file.

`gateway dev` keeps everything in one folder, `.gateway` unless `--data` names another. A command that is run in that
folder, or in the one that holds `.gateway`, uses its database, its audit key and its sandbox. Where DATABASE_URL or
STRIPE_API_KEY is set, in the environment or in `.env`, the folder is left alone and what is set counts.
"""

import json
import secrets
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.engines.database_file import FileTaken, make_private, take
from gateway.settings import NO_STRIPE, Settings, SettingsError, load_settings, variables_set

DEFAULT_PATH = Path(".gateway")
PORT = 3002
SANDBOX_PORT = 12111
SANDBOX_KEY = "sk_test_sandbox"
KNOCK_SECONDS = 1.0
_OWN = ("DATABASE_URL", "STRIPE_API_KEY")


@dataclass(frozen=True, slots=True)
class DevFolder:
    """The folder, and the two ports that `gateway dev` used there last."""

    path: Path
    port: int = PORT
    sandbox_port: int = SANDBOX_PORT

    @property
    def database_path(self) -> Path:
        return self.path / "gateway.db"

    @property
    def database_url(self) -> str:
        return f"sqlite://{self.database_path}"

    @property
    def sandbox_path(self) -> Path:
        return self.path / "sandbox.db"

    @property
    def sandbox_url(self) -> str:
        return f"http://localhost:{self.sandbox_port}"

    @property
    def command(self) -> str:
        """What starts it again as it was."""
        options = {
            f"--port {self.port}": self.port != PORT,
            f"--sandbox-port {self.sandbox_port}": self.sandbox_port != SANDBOX_PORT,
            f"--data {self.path}": self.path != DEFAULT_PATH,
        }
        return " ".join(["gateway dev", *(option for option, is_needed in options.items() if is_needed)])

    def create(self) -> None:
        """Raises SettingsError when there can be no such folder."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            problem = f"--data: {self.path} cannot be used ({error.strerror}); name another folder."
            raise SettingsError([problem]) from error

    def take(self) -> None:
        """From now on this process alone keeps the folder, until it ends. Raises SettingsError when another does."""
        try:
            take(str(self.sandbox_path))
        except FileTaken as error:
            problem = f"Another `gateway dev` runs on {self.path} already. Stop it first, or name a folder with --data."
            raise SettingsError([problem]) from error
        except OSError as error:
            raise SettingsError([f"--data: {self.path} cannot be locked ({error.strerror})."]) from error

    def audit_key(self) -> str:
        """Made once and kept beside the data: a key that is lost leaves a history that nobody can judge."""
        path = self.path / "audit.key"
        if not path.exists():
            make_private(path)
            path.write_text(secrets.token_urlsafe(32), "utf-8")
        return path.read_text("utf-8").strip()

    def note_ports(self) -> None:
        """For the commands that look for us."""
        make_private(_note(self.path))
        _note(self.path).write_text(json.dumps({"port": self.port, "sandboxPort": self.sandbox_port}), "utf-8")

    def sandbox_answers(self) -> bool:
        """Whether somebody listens on its port."""
        try:
            with socket.create_connection(("localhost", self.sandbox_port), timeout=KNOCK_SECONDS):
                return True
        except OSError:
            return False


def find_dev_folder() -> DevFolder | None:
    """The folder that a command here is about; None where there is none, or where settings name something else."""
    return None if _own() else _folder_here()


def unused_folder() -> str:
    """For a command that finds no data: a sentence on the folder here and why it was left alone; else nothing."""
    folder, own = _folder_here(), _own()
    if folder is None or not own:
        return ""
    return f" What `gateway dev` keeps in {_shown(folder.path)} is not used, because {' and '.join(own)} is set."


def operators_settings(*, needs_stripe: bool, asks_stripe: bool = False) -> Settings:
    """The settings of an operators' command: those of the dev folder here, which it says, or the usual ones.

    `needs_stripe`: a key must be given. `asks_stripe`: without an answer from Stripe the command is of no use. Raises
    SettingsError.
    """
    folder = find_dev_folder()
    if folder is None:
        return load_settings(defaults={} if needs_stripe else NO_STRIPE)
    is_up = folder.sandbox_answers()
    here = f"Using the data of `gateway dev` in {_shown(folder.path)}"
    sandbox = f" and its sandbox {folder.sandbox_url}" if is_up else f"; its sandbox is not running ({folder.command})"
    print(f"{here}{sandbox}.", file=sys.stderr)
    if asks_stripe and not is_up:
        raise SettingsError(
            [f"This asks Stripe, and the sandbox {folder.sandbox_url} is not running. Start it with: {folder.command}"]
        )
    return load_settings(
        defaults={"audit_keys": folder.audit_key()},
        database_url=folder.database_url,
        stripe_api_key=SANDBOX_KEY,
        stripe_webhook_secrets="whsec_dev",
        stripe_api_base=folder.sandbox_url,
        port=folder.port,
    )


def _own() -> list[str]:
    return [name for name in _OWN if name in variables_set()]


def _folder_here() -> DevFolder | None:
    for path in (DEFAULT_PATH, Path()):
        if _note(path).is_file() and (path / "gateway.db").is_file():
            return DevFolder(path, **_ports(_note(path)))
    return None


def _note(path: Path) -> Path:
    return path / "dev.json"


def _ports(note: Path) -> dict[str, int]:
    """The usual ones where the file says nothing that could be a port."""
    try:
        said: Any = json.loads(note.read_bytes())
        ports = {"port": said["port"], "sandbox_port": said["sandboxPort"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return ports if all(type(port) is int and 0 < port <= 65535 for port in ports.values()) else {}


def _shown(path: Path) -> str:
    return "this folder" if path == Path() else str(path)
