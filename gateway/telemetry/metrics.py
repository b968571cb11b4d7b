"""What the gateway counts, and how `/metrics` shows it (Prometheus text).

No label ever holds an id, an address or a secret: `/metrics` asks nobody who he is. The workers of one supervisor count
into files of one folder, so that whichever answers tells of all; a process without a supervisor counts for itself. The
gauges of the background work (payments, inbox, drift) are true where the leader is: take their maximum over replicas.
"""

import asyncio
import math
from pathlib import Path
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from gateway.domain.discrepancies import DiscrepancyKind
from gateway.domain.status import Status

LAG_BUCKETS = (0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600, 6 * 3600, 24 * 3600, 72 * 3600)
LATEST: Any = "livemostrecent"
"""Among workers: what the last one to lead has measured."""
NOTICE_OUTCOMES = ("delivered", "failed", "gone", "given_up")
REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 0.5, 1, 2.5, 5, 10, 30)
WATCHED_FAILURES = (
    ("rest", "create_checkout_session"),
    ("graphql", "createCheckoutSession"),
    ("rest", "check_payment_status"),
    ("graphql", "paymentStatus"),
    ("webhook", "receive_webhook"),
)
"""The requests whose failures an alert watches."""
ENTRY_POINTS = ("rest", "rest_wait", "graphql", "graphql_watch")

PAYMENT_CHANGES = Counter("gateway_payment_changes_total", "Visible status changes, by new status.", ["status"])
PAYMENTS = Gauge(
    "gateway_payments",
    "Payments created in the last 24 hours, by what they are now.",
    ["status"],
    multiprocess_mode=LATEST,
)
SUCCESS_RATE = Gauge(
    "gateway_payment_success_ratio",
    "Of those that have ended, the share that is paid or free.",
    multiprocess_mode=LATEST,
)
STATUS_READS = Counter(
    "gateway_status_reads_total", "Reads of a status: those who poll (rest, graphql), wait or watch.", ["door"]
)
REQUEST_SECONDS = Histogram(
    "gateway_request_duration_seconds",
    "From a request's head to the end of its answer, by entry point and operation.",
    ["entry_point", "operation"],
    buckets=REQUEST_BUCKETS,
)
REQUEST_FAILURES = Counter(
    "gateway_request_failures_total",
    "Requests answered 5xx, by entry point and operation.",
    ["entry_point", "operation"],
)
RENEWALS = Counter("gateway_renewals_total", "Paid renewals of subscriptions sold here: counted, never booked.")
DISCREPANCIES_SEEN = Counter(
    "gateway_discrepancies_total", "What somebody has to look at, counted each time it opens, by kind.", ["kind"]
)
DISCREPANCIES_OPEN = Gauge(
    "gateway_discrepancies_open",
    "What somebody has to look at and nobody has resolved, by kind.",
    ["kind"],
    multiprocess_mode=LATEST,
)
WEBHOOKS = Counter("gateway_webhooks_total", "Verified webhook deliveries, by outcome.", ["outcome"])
WEBHOOK_LAG = Histogram(
    "gateway_webhook_lag_seconds", "From an event's making at Stripe until it was stored here.", buckets=LAG_BUCKETS
)
WEBHOOKS_REFUSED = Counter("gateway_webhooks_refused_total", "Deliveries refused, by reason.", ["reason"])
LIVEMODE_MISMATCH = Counter("gateway_livemode_mismatch_total", "Events of the other mode, ignored.")
UNKNOWN_VALUES = Counter("gateway_unknown_stripe_values_total", "Values Stripe never documented, by field.", ["field"])
STRIPE_SECONDS = Histogram("gateway_stripe_request_seconds", "Calls to Stripe, by operation.", ["operation"])
STRIPE_ERRORS = Counter("gateway_stripe_errors_total", "Calls to Stripe that failed, by operation.", ["operation"])
WATCHERS = Gauge("gateway_watchers", "Watchers of payments in this process.", multiprocess_mode="livesum")
FEEDS = Gauge(
    "gateway_feeds", "Operators who follow the feed of all payments in this process.", multiprocess_mode="livesum"
)
TASKS = Gauge("gateway_tasks", "Tasks of the event loop, when the process was last asked.", multiprocess_mode="livesum")
LIMITED = Counter("gateway_rate_limited_total", "Calls refused by the rate limit.")
LIMITER_FALLBACK = Counter("gateway_rate_limiter_fallback_total", "Decisions made locally because Redis was away.")
DIFFERENCES = Counter("gateway_reconciliation_differences_total", "Differences with Stripe, by kind.", ["kind"])
LEDGER_DRIFT = Gauge(
    "gateway_ledger_drift_minor",
    "Ours minus Stripe's at the last run, by currency.",
    ["currency"],
    multiprocess_mode=LATEST,
)
INBOX_BACKLOG = Gauge(
    "gateway_inbox_backlog", "Events that wait for their payment or failed to be applied.", multiprocess_mode=LATEST
)
INBOX_OLDEST = Gauge(
    "gateway_inbox_oldest_seconds",
    "How long the oldest waiting event has waited; 0 when none does.",
    multiprocess_mode=LATEST,
)
NOTICES = Counter("gateway_notices_total", "Tries to notify a back end of the shop, by outcome.", ["outcome"])
NOTICE_SECONDS = Histogram("gateway_notice_request_seconds", "How long the shop's back ends take to answer a notice.")
NOTICE_LAG = Histogram(
    "gateway_notice_lag_seconds", "From a change until a back end took its notice.", buckets=LAG_BUCKETS
)
NOTICES_PENDING = Gauge("gateway_notices_pending", "Notices that no back end has taken yet.", multiprocess_mode=LATEST)
NOTICES_OLDEST = Gauge(
    "gateway_notices_oldest_seconds", "How old the oldest of them is; 0 when there is none.", multiprocess_mode=LATEST
)
BUS_FAULTS = Counter("gateway_bus_faults_total", "Calls to Redis for fan-out that failed, by verb.", ["verb"])
MEASURED_BY_THE_LEADER = (
    PAYMENTS,
    SUCCESS_RATE,
    LEDGER_DRIFT,
    INBOX_BACKLOG,
    INBOX_OLDEST,
    DISCREPANCIES_OPEN,
    NOTICES_PENDING,
    NOTICES_OLDEST,
)
LEADING = Gauge("gateway_leading", "1 while this process does the background work.", multiprocess_mode="livesum")


def start_at_zero() -> None:
    """Series that an alert watches are there before the first thing happens: a rise from nothing is no rise."""
    for status in Status:
        PAYMENT_CHANGES.labels(status)
    for kind in DiscrepancyKind:
        DISCREPANCIES_SEEN.labels(kind)
    for outcome in NOTICE_OUTCOMES:
        NOTICES.labels(outcome)
    for entry_point in ENTRY_POINTS:
        STATUS_READS.labels(entry_point)
    WEBHOOKS.labels("stored")
    WEBHOOKS_REFUSED.labels("secret")
    for named in WATCHED_FAILURES:
        REQUEST_FAILURES.labels(*named)
    SUCCESS_RATE.set(math.nan)


def withdraw_measurements() -> None:
    """The process leads no more: its last figures must not stand beside its successor's as if they were news."""
    for gauge in MEASURED_BY_THE_LEADER:
        for metric in gauge.collect():
            for sample in metric.samples:
                (gauge.labels(**sample.labels) if sample.labels else gauge).set(math.nan)


def exposition(folder: Path | None = None) -> tuple[bytes, str]:
    """Everything counted so far, and its media type; with the folder of a supervisor, by all of its workers.

    To be called in the event loop, whose tasks are counted here.
    """
    TASKS.set(len(asyncio.all_tasks()))
    if folder is None:
        return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
    together = CollectorRegistry()
    MultiProcessCollector(together, path=str(folder))  # type: ignore[no-untyped-call]
    return generate_latest(together), CONTENT_TYPE_LATEST


def forget_process(folder: Path, pid: int) -> None:
    """A worker has ended: what it counted stays, what it had under way does not."""
    mark_process_dead(pid, path=str(folder))  # type: ignore[no-untyped-call]
