"""The benchmarks still run. What they measure is read by a person: no test depends on how fast a machine is."""

from pathlib import Path

from tests.benchmarks import operators
from tests.benchmarks.__main__ import measure


async def test_the_comparison_runs_to_its_end(tmp_path: Path) -> None:
    rows = await measure(tmp_path, f"sqlite://{tmp_path / 'gateway.db'}", rounds=1, requests=64)
    assert [row["kind"] for row in rows] == [
        "a status by REST",
        "paymentStatus, warm",
        "prices, warm",
        "prices, cold",
        "a webhook, applied",
    ]
    assert all(side["microseconds"] > 0 and side["per_second"] > 0 for row in rows for side in row["sides"])


async def test_every_query_of_the_console_is_timed_among_copied_payments(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'gateway.db'}"
    outcome = await operators.measure(tmp_path, url, payments=100, rounds=1, seconds=0.5)
    assert outcome.payments == 110
    assert {"Payments paid", "Figures month", "Search by amount", "Payment", "Desk", "Runs"} <= set(
        outcome.milliseconds
    )
    assert outcome.alone_ms > 0
    assert outcome.beside_ms > 0
