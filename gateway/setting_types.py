"""The types of single settings: how each is read from its text and what it must look like. It reads nothing itself."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from gateway.engine_urls import check_database_url, check_redis_url
from gateway.secret_lists import (
    AdminKey,
    check_lengths,
    check_notify_secrets,
    check_stripe_key,
    check_webhook_secrets,
    parse_admin_keys,
    split_secrets,
)
from gateway.setting_lists import (
    Network,
    parse_currencies,
    parse_failpoints,
    parse_names,
    parse_notify_urls,
    parse_origins,
    parse_proxies,
)
from gateway.setting_values import check_duration, check_limit
from gateway.web_addresses import configured_base, configured_url

Limit = Annotated[str, AfterValidator(check_limit)]
DatabaseUrl = Annotated[str, AfterValidator(check_database_url)]
RedisUrl = Annotated[str, AfterValidator(check_redis_url)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(split_secrets)]
StripeKey = Annotated[SecretStr, AfterValidator(check_stripe_key)]
LongSecrets = Annotated[Secrets, AfterValidator(check_lengths)]
NotifySecrets = Annotated[Secrets, AfterValidator(check_notify_secrets)]
NotifyUrls = Annotated[tuple[str, ...], NoDecode, BeforeValidator(parse_notify_urls)]
WebhookSecrets = Annotated[Secrets, AfterValidator(check_webhook_secrets)]
AdminKeys = Annotated[tuple[AdminKey, ...], NoDecode, BeforeValidator(parse_admin_keys)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(parse_origins)]
Url = Annotated[str, AfterValidator(configured_url)]
BaseUrl = Annotated[str, AfterValidator(configured_base)]
CorsHeaders = Annotated[tuple[str, ...], NoDecode, BeforeValidator(parse_names)]
Proxies = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(parse_proxies)]
Currencies = Annotated[tuple[str, ...], NoDecode, BeforeValidator(parse_currencies)]
Failpoints = Annotated[Mapping[str, float], NoDecode, BeforeValidator(parse_failpoints)]
Duration = Annotated[str, AfterValidator(check_duration)]
