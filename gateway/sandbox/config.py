"""The settings of a sandbox. It reads no environment and no file of the gateway: everything is passed in."""

from dataclasses import dataclass
from pathlib import Path

API_VERSION = "2026-10-28.endive"
MAX_WEBHOOKS = 16
"""As many endpoints as a Stripe account may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxPrice:
    """A price that exists from the start, with a product of its own. `unit_amount` is in minor units.

    What ends in `_zh` is what the hosted page shows in Chinese; Stripe itself shows one name in every language.
    """

    id: str
    name: str
    description: str
    unit_amount: int
    currency: str
    recurring_interval: str | None = None
    active: bool = True
    name_zh: str | None = None
    description_zh: str | None = None


@dataclass(frozen=True, slots=True)
class SandboxWebhook:
    """Where events are sent, and what they are signed with there."""

    url: str
    secret: str

    def __post_init__(self) -> None:
        if not self.secret.startswith("whsec_"):
            raise ValueError("a webhook's secret must start with whsec_, as Stripe's signing secrets do.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """`base_url` is where buyers reach the hosted page; without `webhooks` events are kept but not sent.

    With `state_path` None everything is forgotten at the end; else it names an SQLite file that a restart takes up
    again.
    """

    base_url: str
    prices: tuple[SandboxPrice, ...]
    webhooks: tuple[SandboxWebhook, ...] = ()
    state_path: Path | None = None
    settle_seconds: float = 4.0
    retry_delays_seconds: tuple[float, ...] = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0)
    shop_name: str = "Sandbox Shop"
    shop_name_zh: str | None = None

    def __post_init__(self) -> None:
        if len(self.webhooks) > MAX_WEBHOOKS:
            raise ValueError(f"At most {MAX_WEBHOOKS} webhooks.")
        if self.settle_seconds < 0 or any(delay < 0 for delay in self.retry_delays_seconds):
            raise ValueError("settle_seconds and retry_delays_seconds cannot be negative.")
        if len(self.retry_delays_seconds) > 50:
            raise ValueError("retry_delays_seconds holds at most 50 delays.")
