"""Every setting, read from the environment (or `.env`) in this one place and validated before anything starts.

`load_settings` is what commands call: it answers a `Settings` or raises `SettingsError`, whose lines name each missing
or contradictory variable and its mend. Nothing else in the house reads the environment.
"""

import difflib
import ipaddress
import os
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from limits import parse as parse_limit
from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gateway.domain.duration import duration_seconds
from gateway.engine_urls import SQLITE, check_database_url, check_redis_url

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Words = Annotated[tuple[str, ...], NoDecode]
DatabaseUrl = Annotated[str, AfterValidator(check_database_url)]
RedisUrl = Annotated[str, AfterValidator(check_redis_url)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode]

_DURATION = re.compile(r"(\d{1,6})(s|m|h|d)?")
_PROBABILITY = re.compile(r"0(\.\d{1,6})?|1")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, None: 1}
_LIVE = ("sk_live_", "rk_live_")


class SettingsError(Exception):
    """The settings cannot be used. `problems` are sentences, one a line, each with its mend."""

    def __init__(self, problems: list[str]) -> None:
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

    stripe_api_key: SecretStr = Field(validation_alias="STRIPE_API_KEY")
    stripe_webhook_secrets: Secrets = Field(validation_alias="STRIPE_WEBHOOK_SECRET")
    stripe_api_base: str | None = Field(default=None, validation_alias="STRIPE_API_BASE")
    database_url: DatabaseUrl = Field(default="sqlite://gateway.db", validation_alias="DATABASE_URL", repr=False)
    redis_url: RedisUrl | None = Field(default=None, validation_alias="REDIS_URL", repr=False)
    catalogue: Path | None = None
    public_url: str | None = None
    success_url: str | None = None
    cancel_url: str | None = None
    allowed_origins: Words = ()
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    rate_limit: str = "100/minute"
    sockets_per_address: int = Field(default=100, ge=1, le=100_000)
    signing_secrets: Secrets = ()
    stripe_rate_limit: str = "20/second"
    admin_keys: Secrets = ()
    currencies: Words = ("usd",)
    reconcile_every: str = "15m"
    host: str = "127.0.0.1"
    port: int = Field(default=3002, ge=1, le=65535)
    metrics_folder: Path | None = Field(default=None, validation_alias="PROMETHEUS_MULTIPROC_DIR")
    """Where workers of one supervisor count together; the supervisor sets it, by the name its library reads."""
    development: bool = False
    playground: bool = False
    """Whether GraphiQL and introspection answer outside development."""
    failpoints: Annotated[Mapping[str, float], NoDecode] = Field(default_factory=dict)
    """For crash tests alone: `name:probability`, comma-separated; `telemetry/failpoints.py` knows the names."""

    @field_validator("stripe_webhook_secrets", "signing_secrets", "admin_keys", mode="before")
    @classmethod
    def _split_secrets(cls, value: Any) -> Any:
        return _comma_separated(value)

    @field_validator("currencies", mode="before")
    @classmethod
    def _split_currencies(cls, value: Any) -> Any:
        currencies = tuple(word.lower() for word in _comma_separated(value))
        if not currencies or not all(re.fullmatch("[a-z]{3}", currency) for currency in currencies):
            raise ValueError("give three-letter currencies, comma-separated, like usd,eur")
        return currencies

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: Any) -> Any:
        origins = tuple(origin.rstrip("/").lower() for origin in _comma_separated(value))
        for origin in origins:
            parts = urlsplit(origin)
            if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query:
                raise ValueError(f"`{origin}` is no origin; write it like https://shop.example")
        return origins

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_proxies(cls, value: Any) -> Any:
        words = _comma_separated(value)
        if "*" in words:
            raise ValueError("`*` would let every caller choose its own address; name the proxies")
        networks = tuple(ipaddress.ip_network(str(word), strict=False) for word in words)
        if any(network.prefixlen == 0 for network in networks):
            raise ValueError("a network of all addresses would let every caller choose its own; name the proxies")
        return networks

    @field_validator("failpoints", mode="before")
    @classmethod
    def _split_failpoints(cls, value: Any) -> Any:
        pairs = [str(word).rpartition(":") for word in _comma_separated(value)]
        if not all(name and _PROBABILITY.fullmatch(probability) for name, _, probability in pairs):
            raise ValueError("write them like before_commit:0.01,after_commit:1")
        return {name: float(probability) for name, _, probability in pairs}

    @field_validator("rate_limit", "stripe_rate_limit")
    @classmethod
    def _check_limit(cls, value: str) -> str:
        try:
            amount = parse_limit(value).amount
        except ValueError:
            amount = 0
        if amount < 1:
            raise ValueError(f"`{value}` is no limit; write it like 100/minute")
        return value

    @field_validator("reconcile_every")
    @classmethod
    def _check_duration(cls, value: str) -> str:
        duration_seconds(value)
        return value

    @field_validator("stripe_api_key")
    @classmethod
    def _check_key(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("sk_", "rk_")):
            raise ValueError("a Stripe secret key starts with sk_ or rk_; a publishable pk_ key cannot create sessions")
        return value

    @field_validator("stripe_webhook_secrets")
    @classmethod
    def _check_webhook_secrets(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if not value or not all(secret.get_secret_value().startswith("whsec_") for secret in value):
            raise ValueError("every webhook secret starts with whsec_ (Stripe Dashboard → Webhooks → Signing secret)")
        return value

    @field_validator("public_url", "success_url", "cancel_url", "stripe_api_base")
    @classmethod
    def _check_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ValueError("write the whole url, like https://pay.example.com")
        return value.rstrip("/")

    @cached_property
    def livemode(self) -> bool:
        return self.stripe_api_key.get_secret_value().startswith(_LIVE)

    @property
    def base_url(self) -> str:
        """The base of our own urls, without a slash at the end."""
        return self.public_url or f"http://localhost:{self.port}"

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
            "GATEWAY_SUCCESS_URL must carry the literal {CHECKOUT_SESSION_ID}": "{CHECKOUT_SESSION_ID}"
            not in self.effective_success_url,
        }
        return [sentence for sentence, is_broken in rules.items() if is_broken]


def load_settings(*, defaults: Mapping[str, Any] | None = None, **overrides: Any) -> Settings:
    """Settings from the environment, then `.env`, then `defaults`; `overrides` beat them all (both by field name).

    Raises SettingsError, with every problem at once.
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
    if problems:
        raise SettingsError(problems)
    return settings


def environment_of_workers(metrics_folder: Path) -> dict[str, str]:
    """Ours, and where they count together."""
    return {**os.environ, _variable("metrics_folder"): str(metrics_folder)}


def _harmless(field: str) -> Any:
    """A stand-in for a refused value, so that the rules over several settings can still be asked."""
    stand_ins = {"stripe_api_key": "sk_test_", "stripe_webhook_secrets": "whsec_"}
    name = next(name for name in Settings.model_fields if field in {name, _variable(name)})
    return stand_ins.get(name, Settings.model_fields[name].get_default(call_default_factory=True))


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _unless_set(defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults of fields that neither the environment nor `.env` names."""
    named = {name for name, value in (dotenv_values(".env") | os.environ).items() if value}
    return {name: value for name, value in defaults.items() if _variable(name) not in named}


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
            nearest = difflib.get_close_matches(name.upper().removeprefix("GATEWAY_"), _WORDS, n=1)
            hint = f"; did you mean GATEWAY_{nearest[0]}?" if nearest else "."
            problems.append(f"{name} is no setting of the gateway{hint}")
    return problems


_WORDS = [name.upper() for name in Settings.model_fields if name != "development"]


def _sentence(detail: Any) -> str:
    location = str(detail["loc"][0])
    name = _variable(location) if location in Settings.model_fields else location
    if detail["type"] == "missing":
        return f"{name} is missing: {_HOW_TO_GET[name]}"
    reason = str(detail["msg"]).removeprefix("Value error, ")
    return f"{name}: {reason}"


_HOW_TO_GET = {
    "STRIPE_API_KEY": "your secret key (sk_… or rk_…) from the Stripe Dashboard → Developers → API keys.",
    "STRIPE_WEBHOOK_SECRET": "the signing secret (whsec_…) of your webhook endpoint, Stripe Dashboard → Webhooks.",
}


def _comma_separated(value: Any) -> tuple[Any, ...]:
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return tuple(value)
