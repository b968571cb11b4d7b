"""The triggers by which the database itself keeps what came and what happened (migrations `append_only`, `money`), and
unmakes the sum of an hour that is true no more (`hourly_sums`).

No model can say them, so nothing else would notice that they are gone.
"""

from gateway.engines.database import Connection

_BY_DIALECT = {
    "sqlite": (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        (
            "webhook_event_keeps_what_came",
            "webhook_event_is_kept_35_days",
            "status_change_never_changes",
            "status_change_is_never_deleted",
            "movement_never_changes",
            "movement_is_never_deleted",
            "discrepancy_is_never_deleted",
            "discrepancy_change_never_changes",
            "discrepancy_change_is_never_deleted",
            "payment_unsums_its_hour",
            "payment_change_unsums_its_hour",
        ),
    ),
    "postgres": (
        "SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
        (
            "webhook_event_keeps_what_came",
            "webhook_event_is_kept_35_days",
            "webhook_event_is_never_truncated",
            "status_change_never_changes",
            "status_change_is_never_truncated",
            "movement_never_changes",
            "movement_is_never_truncated",
            "discrepancy_is_never_deleted",
            "discrepancy_is_never_truncated",
            "discrepancy_change_never_changes",
            "discrepancy_change_is_never_truncated",
            "payment_unsums_its_hour",
            "payment_change_unsums_its_hour",
        ),
    ),
}


async def missing_guards(connection: Connection) -> list[str]:
    """Those that should be there and are not, or are switched off."""
    query, names = _BY_DIALECT[connection.capabilities.dialect]
    found = {row["name"] for row in await connection.execute_query_dict(query)}
    return [name for name in names if name not in found]
