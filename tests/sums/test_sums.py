"""The same in small, so that it goes on working."""

from tests.sums.__main__ import show


async def test_ledger_statistics_graphql_and_exports_say_the_same_of_money() -> None:
    ways, sums, drift, violations = await show(payments=60, seed=3)
    assert len(ways) > 5
    assert len({str(sorted(kept.items())) for kept in sums.values()}) == 1, sums
    assert sums["ledger"]["usd"] > 0
    assert set(drift.values()) == {0}
    assert violations == {}
