"""Every setting, read from the environment (or `.env`) in this one place and validated before anything starts.

`load_settings` is what commands call: it answers a `Settings` or raises `SettingsError`, whose lines name each missing
or contradictory variable and what to write instead. Nothing else in the gateway reads the environment. Blanks and line
breaks around a value are trimmed, and what is blank counts as not set, except where secrets are meant.
"""

import difflib
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.domain.duration import duration_seconds
from gateway.engine_urls import SQLITE
from gateway.secret_lists import hide_keys, shown_name
from gateway.setting_types import (
    AdminKeys,
    BaseUrl,
    CorsHeaders,
    Currencies,
    DatabaseUrl,
    Duration,
    Failpoints,
    Limit,
    LongSecrets,
    NotifySecrets,
    NotifyUrls,
    Origins,
    Proxies,
    RedisUrl,
    Secrets,
    StripeKey,
    Url,
    WebhookSecrets,
)
from gateway.setting_values import HOW_TO_GET, MAX_SHOP_NAME

_LIVE = ("sk_live_", "rk_live_")

NO_STRIPE = {"stripe_api_key": "sk_test_unused", "stripe_webhook_secrets": "whsec_unused"}
"""Defaults of commands that need no Stripe account, like `gateway migrate`."""


class SettingsError(Exception):
    """The settings cannot be used. `problems` are sentences, one a line, each with what to write instead."""

    def __init__(self, problems: list[str]) -> None:
        problems = [hide_keys(problem) for problem in problems]
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """The settings table of the contract, typed. Secrets never show in a repr."""

    model_config = SettingsConfigDict(
        env_prefix="GATEWAY_",
        env_file=".env",
        env_ignore_empty=True,
        populate_by_name=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    stripe_api_key: StripeKey = Field(validation_alias="STRIPE_API_KEY")
    stripe_webhook_secrets: WebhookSecrets = Field(validation_alias="STRIPE_WEBHOOK_SECRET")
    stripe_api_base: Url | None = Field(default=None, validation_alias="STRIPE_API_BASE")
    database_url: DatabaseUrl = Field(default="sqlite://gateway.db", validation_alias="DATABASE_URL", repr=False)
    redis_url: RedisUrl | None = Field(default=None, validation_alias="REDIS_URL", repr=False)
    catalogue: Path | None = None
    public_url: BaseUrl | None = None
    success_url: Url | None = None
    cancel_url: Url | None = None
    allowed_origins: Origins = ()
    cors_headers: CorsHeaders = ()
    trusted_proxies: Proxies = ()
    rate_limit: Limit = "100/minute"
    sockets_per_address: int = Field(default=100, ge=1, le=100_000)
    signing_secrets: Secrets = ()
    stripe_rate_limit: Limit = "20/second"
    admin_keys: AdminKeys = ()
    audit_keys: LongSecrets = Field(default=(), validation_alias="GATEWAY_AUDIT_KEY")
    """The first makes the history's chains, all of them verify; with none the chains are plain hashes."""
    currencies: Currencies = ("usd",)
    notify_urls: NotifyUrls = ()
    """The shop's back ends: each gets a signed notice of every visible change."""
    notify_secrets: NotifySecrets = ()
    """All of them sign, so that a back end may change from one to the next."""
    reconcile_every: Duration = "15m"
    keep_buyer_details: Duration = "35d"
    """How long a payment's row keeps the buyer's e-mail and the parameters it was created with."""
    host: str = "127.0.0.1"
    port: int = Field(default=3002, ge=1, le=65535)
    metrics_folder: Path | None = Field(default=None, validation_alias="PROMETHEUS_MULTIPROC_DIR")
    """Where workers of one supervisor count together; the supervisor sets it, by the name its library reads."""
    development: bool = False
    otlp_endpoint: Url | None = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    log_format: Literal["json", "text"] = "json"
    playground: bool = False
    """Whether GraphiQL and introspection answer outside development."""
    docs: bool = False
    """Whether the page of the REST documentation answers outside development."""
    storefront: bool | None = None
    """Whether the demo shop answers; unless said, in development alone."""
    shop_name: str | None = Field(default=None, max_length=MAX_SHOP_NAME)
    """What our pages and the sandbox's checkout call the shop."""
    failpoints: Failpoints = Field(default_factory=dict)
    """For crash tests alone: `name:probability`, comma-separated; `telemetry/failpoints.py` knows the names."""

    @model_validator(mode="before")
    @classmethod
    def _trim(cls, values: Any) -> Any:
        trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
        return {name: value for name, value in trimmed.items() if value != "" or name in _SECRETS}

    @cached_property
    def livemode(self) -> bool:
        return self.stripe_api_key.get_secret_value().startswith(_LIVE)

    @property
    def has_stripe(self) -> bool:
        """False for a command that needs no Stripe account and was given no key."""
        return self.stripe_api_key.get_secret_value() != NO_STRIPE["stripe_api_key"]

    @property
    def base_url(self) -> str:
        """The base of our own urls, without a slash at the end."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def base_path(self) -> str:
        """The path of that base, without a slash at the end: empty unless GATEWAY_PUBLIC_URL has one."""
        return urlsplit(self.base_url).path

    @property
    def has_storefront(self) -> bool:
        return self.development if self.storefront is None else self.storefront

    @property
    def has_playground(self) -> bool:
        return self.development or self.playground

    @property
    def has_docs(self) -> bool:
        return self.development or self.docs

    @property
    def effective_success_url(self) -> str:
        return self.success_url or f"{self.base_url}/success?session_id={{CHECKOUT_SESSION_ID}}"

    @property
    def effective_cancel_url(self) -> str:
        return self.cancel_url or f"{self.base_url}/cancel"

    @property
    def reconcile_every_seconds(self) -> int:
        """0 turns the background run off."""
        return duration_seconds(self.reconcile_every)

    @property
    def keep_buyer_details_seconds(self) -> int:
        return duration_seconds(self.keep_buyer_details)

    @property
    def dialect(self) -> Literal["sqlite", "postgres"]:
        return "sqlite" if self.database_url.startswith(SQLITE) else "postgres"

    def contradictions(self) -> list[str]:
        """The rules that bind several settings; each broken one is a sentence."""
        urls = {
            "GATEWAY_PUBLIC_URL": self.base_url,
            "GATEWAY_SUCCESS_URL": self.effective_success_url,
            "GATEWAY_CANCEL_URL": self.effective_cancel_url,
            "STRIPE_API_BASE": self.stripe_api_base or "https://",
        }
        plain = [name for name, url in urls.items() if not url.startswith("https://")]
        rules = {
            f"with a live key {', '.join(plain)} must be https": self.livemode and bool(plain),
            "GATEWAY_FAILPOINTS kills the process on purpose; a live key forbids it": self.livemode
            and bool(self.failpoints),
            "GATEWAY_NOTIFY_URLS needs GATEWAY_NOTIFY_SECRETS, by which a back end knows our notices; make one with: "
            "echo whsec_$(openssl rand -base64 32)": bool(self.notify_urls) and not self.notify_secrets,
            "GATEWAY_SUCCESS_URL must carry the literal {CHECKOUT_SESSION_ID}": "{CHECKOUT_SESSION_ID}"
            not in self.effective_success_url,
        }
        return [sentence for sentence, is_broken in rules.items() if is_broken]

    def missing_to_serve(self) -> list[str]:
        """Where buyers return to after the checkout: the storefront's own pages, or addresses that must be given."""
        if self.has_storefront:
            return []
        given = {"GATEWAY_SUCCESS_URL": self.success_url, "GATEWAY_CANCEL_URL": self.cancel_url}
        return [f"{name} is missing: {HOW_TO_GET[name]}" for name, url in given.items() if url is None]


def load_settings(*, defaults: Mapping[str, Any] | None = None, to_serve: bool = False, **overrides: Any) -> Settings:
    """Settings from the environment, then `.env`, then `defaults`; `overrides` beat them all (both by field name).

    `to_serve` asks for what buyers need besides. Raises SettingsError, with every problem at once.
    """
    problems = _unknown_names()
    values = _unless_set(defaults or {}) | _given(overrides)
    try:
        settings = Settings(**values)
    except ValidationError as error:
        problems += [_sentence(detail) for detail in error.errors()]
        refused = {str(detail["loc"][0]) for detail in error.errors()}
        settings = Settings(**(values | {name: _harmless(name) for name in refused}))
    problems += settings.contradictions()
    problems += settings.missing_to_serve() if to_serve else []
    if problems:
        raise SettingsError(problems)
    return settings


def environment_of_workers(metrics_folder: Path) -> dict[str, str]:
    """Ours, and where they count together."""
    return {**os.environ, _variable("metrics_folder"): str(metrics_folder)}


def _harmless(field: str) -> Any:
    """A stand-in for a refused value, so that the rules over several settings can still be asked."""
    stand_ins = {"stripe_api_key": "sk_test_", "stripe_webhook_secrets": "whsec_x"}
    name = next(name for name in Settings.model_fields if field in {name, _variable(name)})
    return stand_ins.get(name, Settings.model_fields[name].get_default(call_default_factory=True))


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _unless_set(defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults of fields that neither the environment nor `.env` names."""
    named = variables_set()
    return {name: value for name, value in defaults.items() if _variable(name) not in named}


def variables_set() -> dict[str, str]:
    """Our variables that are set, each with where: `the environment` or `.env`. Blanks set a list of secrets alone."""
    both: dict[str, Mapping[str, str | None]] = {".env": dotenv_values(".env"), "the environment": os.environ}
    ours = {_variable(name) for name in Settings.model_fields}
    return {name: where for where, found in both.items() for name in sorted(ours) if _is_set(name, found.get(name))}


def _is_set(name: str, value: str | None) -> bool:
    return bool(value if name in _SECRETS - {"STRIPE_API_KEY"} else (value or "").strip())


def _variable(field: str) -> str:
    """The name a field has in the environment."""
    alias = Settings.model_fields[field].validation_alias
    return str(alias) if alias else f"GATEWAY_{field.upper()}"


def _unknown_names() -> list[str]:
    """A misspelt setting would be ignored in silence; it is refused with the nearest name instead."""
    known = [_variable(name) for name in Settings.model_fields if name != "development"]
    problems = []
    for name in sorted(dotenv_values(".env") | os.environ):
        if name.upper().startswith("GATEWAY_") and name not in known:
            nearest = difflib.get_close_matches(name.upper().removeprefix("GATEWAY_"), _BY_WORDS, n=1)
            hint = f"; did you mean {_BY_WORDS[nearest[0]]}?" if nearest else "."
            problems.append(f"{shown_name(name)} is no setting of the gateway{hint}")
    return problems


_SECRETS = {
    key
    for field in (
        "stripe_api_key",
        "stripe_webhook_secrets",
        "signing_secrets",
        "admin_keys",
        "audit_keys",
        "notify_secrets",
    )
    for key in (field, _variable(field))
}
_BY_WORDS = {
    _variable(name).removeprefix("GATEWAY_"): _variable(name) for name in Settings.model_fields if name != "development"
}


def _sentence(detail: Any) -> str:
    location = str(detail["loc"][0])
    name = _variable(location) if location in Settings.model_fields else location
    if detail["type"] == "missing":
        return f"{name} is missing: {HOW_TO_GET[name]}"
    reason = str(detail["msg"]).removeprefix("Value error, ")
    return f"{name}: {hide_keys(reason, detail.get('input'))}"
