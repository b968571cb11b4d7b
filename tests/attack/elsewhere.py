"""Hostile peers in a process of their own: `python -m tests.attack.elsewhere`, asked by its standard input.

It has a lower priority than everything else here: real peers run on machines of their own, and must not take the
processor from the gateway, from the honest client or from the Stripe that both wait for.
"""

import asyncio
import os
import pickle
import sys

from tests.attack.http_kinds import HTTP_KINDS
from tests.attack.kinds import Kind, Target
from tests.attack.rounds import Round, attack
from tests.attack.socket_kinds import SOCKET_KINDS
from tests.harness.child import ROOT, clean_environment

KINDS = {kind.name: kind for kind in (*HTTP_KINDS, *SOCKET_KINDS)}
NICENESS = 10


async def attack_elsewhere(kind: Kind, port: int, target: Target, *, peers: int, window: float) -> Round:
    """As `attack`; ends with the process when it is canceled."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.attack.elsewhere"),
        cwd=ROOT,
        env=clean_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        said, _ = await process.communicate(pickle.dumps((kind.name, port, target, peers, window)))
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    assert process.returncode == 0, f"the peers' process ended with {process.returncode}"
    found: Round = pickle.loads(said)
    return found


async def _run() -> Round:
    name, port, target, peers, window = pickle.load(sys.stdin.buffer)
    return await attack(KINDS[name], port, target, peers=peers, window=window)


if __name__ == "__main__":
    os.nice(NICENESS)
    sys.stdout.buffer.write(pickle.dumps(asyncio.run(_run())))
