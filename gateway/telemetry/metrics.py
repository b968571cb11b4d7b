"""The counters that the house keeps from its first day; `/metrics` will show them (prometheus-client)."""

from prometheus_client import Counter, Gauge, Histogram

PAYMENT_CHANGES = Counter("gateway_payment_changes_total", "Visible status changes, by new status.", ["status"])
ANOMALIES = Counter("gateway_anomalies_total", "Payments somebody has to look at, by anomaly.", ["anomaly"])
WEBHOOKS = Counter("gateway_webhooks_total", "Verified webhook deliveries, by outcome.", ["outcome"])
WEBHOOKS_REFUSED = Counter("gateway_webhooks_refused_total", "Deliveries refused, by reason.", ["reason"])
LIVEMODE_MISMATCH = Counter("gateway_livemode_mismatch_total", "Events of the other mode, ignored.")
UNKNOWN_VALUES = Counter("gateway_unknown_stripe_values_total", "Values Stripe never documented, by field.", ["field"])
STRIPE_SECONDS = Histogram("gateway_stripe_request_seconds", "Calls to Stripe, by operation.", ["operation"])
STRIPE_ERRORS = Counter("gateway_stripe_errors_total", "Calls to Stripe that failed, by operation.", ["operation"])
WATCHERS = Gauge("gateway_watchers", "Watchers of payments in this process.")
FEEDS = Gauge("gateway_feeds", "Operators who follow the feed of all payments in this process.")
LIMITED = Counter("gateway_rate_limited_total", "Calls refused by the rate limit.")
LIMITER_FALLBACK = Counter("gateway_rate_limiter_fallback_total", "Decisions made locally because Redis was away.")
DIFFERENCES = Counter("gateway_reconciliation_differences_total", "Differences with Stripe, by kind.", ["kind"])
LEDGER_DRIFT = Gauge("gateway_ledger_drift_minor", "Ours minus Stripe's at the last run, by currency.", ["currency"])
INBOX_BACKLOG = Gauge("gateway_inbox_backlog", "Events that wait for their payment or failed to be applied.")
INBOX_OLDEST = Gauge("gateway_inbox_oldest_seconds", "How long the oldest waiting event has waited; 0 when none does.")
BUS_FAULTS = Counter("gateway_bus_faults_total", "Calls to Redis for fan-out that failed, by verb.", ["verb"])
LEADING = Gauge("gateway_leading", "1 while this process does the background work.")
