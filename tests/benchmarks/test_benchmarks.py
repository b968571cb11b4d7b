"""The benchmarks still run. What they measure is read by a person: no test depends on how fast a machine is."""

from pathlib import Path

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
