"""An old program on a newer schema, and a new one on an older schema, say so in a sentence and do not start.

`python -m tests.replicas.schema_mismatch`. aerich's table names a migration that the program does not know, or
made to forget the last one it does.
"""

import asyncpg

from tests.harness.deployment import Deployment
from tests.harness.figures import Outcome, main
from tests.harness.fork_server import ForkServer
from tests.replicas.cluster import Engines, open_cluster

AHEAD = (
    "The database is newer than this program (it knows 99_29991231000000_from_tomorrow.py). Deploy the newer gateway."
)
BEHIND = "The database is behind by 1 migration(s). Run: gateway migrate"
UNUSABLE = 2


async def schema_mismatch(engines: Engines, *, fork_server: ForkServer | None = None) -> Outcome:
    outcome = Outcome()
    async with open_cluster(engines, replicas=1, fork_server=fork_server) as cluster:
        deployment = cluster.replicas[0].deployment
        connection = await asyncpg.connect(cluster.database_url)
        try:
            last = await connection.fetchrow("SELECT * FROM aerich ORDER BY id DESC LIMIT 1")
            await connection.execute(
                "INSERT INTO aerich (version, app, content) VALUES ('99_29991231000000_from_tomorrow.py', $1, $2)",
                last["app"],
                last["content"],
            )
            for verb in (("serve",), ("migrate", "--check")):
                await _refuses(outcome, deployment, verb, AHEAD, 1 if verb[0] == "migrate" else UNUSABLE)
            await connection.execute("DELETE FROM aerich WHERE version LIKE '99_%' OR id = $1", last["id"])
            for verb in (("serve",), ("migrate", "--check")):
                await _refuses(outcome, deployment, verb, BEHIND, 1 if verb[0] == "migrate" else UNUSABLE)
        finally:
            await connection.close()
    return outcome


async def _refuses(outcome: Outcome, deployment: Deployment, verb: tuple[str, ...], sentence: str, code: int) -> None:
    ended, said = await deployment.run(*verb)
    reported = sentence in said
    outcome.proof.needs(f"gateway {' '.join(verb)} refused: {sentence[:27]}…", int(reported))
    outcome.figures[f"gateway {' '.join(verb)}: {sentence[:27]}…"] = f"exit {ended}"
    outcome.require(
        (ended, reported) == (code, True), f"gateway {' '.join(verb)} ended with {ended} and said {said[-500:]}"
    )


if __name__ == "__main__":
    main(schema_mismatch, __doc__)
