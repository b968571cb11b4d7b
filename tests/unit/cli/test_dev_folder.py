"""The one rule by which a command finds what `gateway dev` keeps."""

from pathlib import Path

import pytest

from gateway.cli.dev_folder import DEFAULT_PATH, DevFolder, find_dev_folder, unused_folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, and nothing set."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "STRIPE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def _kept(folder: DevFolder) -> None:
    folder.create()
    folder.note_ports()
    folder.database_path.touch()


def test_there_is_none_until_dev_has_kept_a_database_there(here: Path) -> None:
    assert find_dev_folder() is None
    folder = DevFolder(DEFAULT_PATH)
    folder.create()
    folder.note_ports()
    assert find_dev_folder() is None
    folder.database_path.touch()
    assert find_dev_folder() == folder


def test_the_folder_itself_counts_too_and_its_ports_are_known(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _kept(DevFolder(here / "data", 4000, 4001))
    assert find_dev_folder() is None
    monkeypatch.chdir(here / "data")
    found = find_dev_folder()
    assert found == DevFolder(Path(), 4000, 4001)
    assert found.sandbox_url == "http://localhost:4001"


@pytest.mark.parametrize(
    "note", ["", "[]", "{}", '{"port": "3002", "sandboxPort": 1}', '{"port": 0, "sandboxPort": 1}']
)
def test_a_note_that_says_nothing_means_the_usual_ports(here: Path, note: str) -> None:
    _kept(DevFolder(DEFAULT_PATH, 4000, 4001))
    (DEFAULT_PATH / "dev.json").write_text(note)
    assert find_dev_folder() == DevFolder(DEFAULT_PATH)


@pytest.mark.parametrize("name", ["DATABASE_URL", "STRIPE_API_KEY"])
@pytest.mark.parametrize("in_a_file", [False, True])
def test_what_is_set_wins_wherever_it_is_set(
    here: Path, monkeypatch: pytest.MonkeyPatch, name: str, in_a_file: bool
) -> None:
    _kept(DevFolder(DEFAULT_PATH))
    if in_a_file:
        (here / ".env").write_text(f"{name}=something\n")
    else:
        monkeypatch.setenv(name, "something")
    assert find_dev_folder() is None
    assert f"is not used, because {name} is set." in unused_folder()


def test_a_blank_is_not_set(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _kept(DevFolder(DEFAULT_PATH))
    monkeypatch.setenv("STRIPE_API_KEY", "  ")
    assert find_dev_folder() is not None
    assert unused_folder() == ""


@pytest.mark.parametrize(
    ("folder", "command"),
    [
        (DevFolder(DEFAULT_PATH), "gateway dev"),
        (DevFolder(DEFAULT_PATH, 4000, 4001), "gateway dev --port 4000 --sandbox-port 4001"),
        (DevFolder(Path("shop"), 3002, 4001), "gateway dev --sandbox-port 4001 --data shop"),
    ],
)
def test_the_command_that_starts_it_again(folder: DevFolder, command: str) -> None:
    assert folder.command == command


def test_the_audit_key_is_made_once_and_for_its_owner_alone(here: Path) -> None:
    folder = DevFolder(DEFAULT_PATH)
    folder.create()
    key = folder.audit_key()
    assert (len(key) > 20, folder.audit_key()) == (True, key)
    assert (DEFAULT_PATH / "audit.key").stat().st_mode & 0o077 == 0
