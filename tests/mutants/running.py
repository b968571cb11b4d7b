"""Breakages of what runs beside requests: the database, watchers, the leader, Redis, the end of a process."""

from tests.mutants.mutant import Mutant

DATABASE = "gateway/engines/database.py"
HUB = "gateway/pubsub/hub.py"
LEADERSHIP = "gateway/engines/leadership.py"
_DURABILITY = "tests/integration/test_durability.py"
_HUB_TESTS = "tests/integration/pubsub/test_hub.py::test_"
_LEADERS = "tests/replicas/test_leaders.py"
_PEERS = "tests/matrices/test_peers_that_do_nothing.py"

MUTANTS = (
    Mutant(
        "a commit is not forced to the disk",
        "gateway/engines/database_config.py",
        '"synchronous": "FULL"',
        '"synchronous": "NORMAL"',
        (_DURABILITY,),
    ),
    Mutant(
        "SQLite keeps no write-ahead log",
        "gateway/engines/database_config.py",
        '"journal_mode": "WAL"',
        '"journal_mode": "DELETE"',
        (_DURABILITY,),
    ),
    Mutant(
        "a transaction is canceled with its caller",
        DATABASE,
        "        task = asyncio.ensure_future(self._bounded(work, places))\n",
        "        return await self._bounded(work, places)\n        task: asyncio.Task[Any]\n",
        (_DURABILITY,),
    ),
    Mutant(
        "watched payments are never swept",
        HUB,
        "                    self._marked.add(payment_id)\n",
        "                    pass\n",
        (_HUB_TESTS + "a_doorbell_that_is_lost_is_made_good_by_the_sweep",),
    ),
    Mutant(
        "a watcher is given an older version after a newer one",
        HUB,
        "if self._latest is None or snapshot.version > self._latest.version:",
        "if True:",
        (_HUB_TESTS + "a_read_that_comes_late_with_an_older_version_is_passed_over",),
    ),
    Mutant(
        "a watcher begins before its channel is open",
        HUB,
        "            await self._bus.open(payment_id)\n",
        "            __import__('asyncio').ensure_future(self._bus.open(payment_id))\n",
        (_HUB_TESTS + "a_watcher_begins_only_when_its_channel_is_open",),
    ),
    Mutant(
        "every replica leads",
        LEADERSHIP,
        'return bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK))',
        "return True",
        (_LEADERS,),
    ),
    Mutant(
        "a new leader begins before the old one has noticed",
        LEADERSHIP,
        "if await term.outlasts(GRACE_SECONDS):",
        "if True:",
        (_LEADERS,),
    ),
    Mutant(
        "a leader whose server is silent leads on",
        LEADERSHIP,
        "asyncio.timeout(max(0.0, LEASE_SECONDS - self._age_seconds()))",
        "asyncio.timeout(None)",
        ("tests/unit/engines/test_leadership.py::test_a_server_that_falls_silent_ends_the_term_within_the_lease",),
    ),
    Mutant(
        "each process limits for itself although Redis answers",
        "gateway/rate_limit/shared.py",
        "            of_all = await self._guard.ask(lambda: self._asked(key, limit, window_seconds, amount))\n",
        "            of_all = ours\n",
        ("tests/integration/rate_limit/test_limiter.py::test_two_processes_share_one_limit",),
    ),
    Mutant(
        "a call takes what is left of the limit and passes",
        "gateway/rate_limit/memory.py",
        "allowed = len(taken) + amount <= limit",
        "allowed = len(taken) < limit",
        ("tests/integration/rate_limit/test_limiter.py",),
    ),
    Mutant(
        "a peer that reads nothing is never let go",
        "gateway/serving/peers.py",
        "        self._abort_unless_taken(self.transport.get_write_buffer_size())\n",
        "        pass\n",
        (_PEERS,),
    ),
    Mutant(
        "a socket that answers no ping is never let go",
        "gateway/serving/servers.py",
        '"ws_ping_timeout": PONG_SECONDS',
        '"ws_ping_timeout": None',
        (_PEERS,),
    ),
    Mutant(
        "sockets are not closed when the process ends",
        "gateway/serving/websocket_protocol.py",
        "    def shutdown(self) -> None:\n        super().shutdown()\n        self._abort_in(CLOSING_SECONDS)\n",
        "    def shutdown(self) -> None:\n        pass\n",
        (_PEERS,),
    ),
    Mutant(
        "a socket whose peer does not let go holds up the end of the process",
        "gateway/serving/websocket_protocol.py",
        "    def shutdown(self) -> None:\n        super().shutdown()\n        self._abort_in(CLOSING_SECONDS)\n",
        "    def shutdown(self) -> None:\n        super().shutdown()\n",
        (_PEERS,),
    ),
)
