"""Every setting: its default, what it takes, and the sentence that refuses the rest."""

import hashlib
import os
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.domain.duration import duration_seconds
from gateway.secret_lists import AdminKey
from gateway.settings import Settings, SettingsError, load_settings

CANARIES = ("canarykey", "canaryhook", "canarysign", "canaryadmin", "canaryaudit")
REQUIRED = {"STRIPE_API_KEY": "sk_test_canarykey", "STRIPE_WEBHOOK_SECRET": "whsec_canaryhook"}
SHOP = "https://shop.example"
LIVE = {"STRIPE_API_KEY": "rk_live_1", "GATEWAY_PUBLIC_URL": "https://pay.example"}
SUCCESS_URL = SHOP + "/done?id={CHECKOUT_SESSION_ID}"


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of ours from outside, and no `.env` beside."""
    for name in list(os.environ):
        if name.upper().startswith(("GATEWAY_", "STRIPE_", "DATABASE_URL", "REDIS_URL")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Settings from these variables beside the two that are required; None takes one of those away."""

    def load(variables: dict[str, str | None] | None = None) -> Settings:
        for name, value in (REQUIRED | (variables or {})).items():
            if value is not None:
                monkeypatch.setenv(name, value)
        return load_settings()

    return load


@pytest.fixture
def refused(given: Any) -> Any:
    """The sentences that refuse these variables."""

    def load(variables: dict[str, str | None]) -> list[str]:
        with pytest.raises(SettingsError) as refusal:
            given(variables)
        assert str(refusal.value) == "\n".join(refusal.value.problems)
        return refusal.value.problems

    return load


def test_only_two_settings_are_required_and_the_rest_have_defaults(given: Any) -> None:
    settings = given()
    none = "stripe_api_base redis_url catalogue public_url success_url cancel_url".split()
    empty = "allowed_origins trusted_proxies signing_secrets admin_keys audit_keys".split()
    defaults: dict[str, Any] = dict.fromkeys(none) | dict.fromkeys(empty, ())
    defaults |= dict.fromkeys(["development", "playground", "livemode"], False)
    defaults |= {"database_url": "sqlite://gateway.db", "dialect": "sqlite", "currencies": ("usd",)}
    defaults |= {"rate_limit": "100/minute", "stripe_rate_limit": "20/second", "sockets_per_address": 100}
    defaults |= {"host": "127.0.0.1", "port": 3002, "reconcile_every_seconds": 900}
    defaults |= {"keep_buyer_details": "35d", "keep_buyer_details_seconds": 35 * 86_400}
    defaults |= {
        "base_url": "http://localhost:3002",
        "effective_success_url": "http://localhost:3002/success?session_id={CHECKOUT_SESSION_ID}",
        "effective_cancel_url": "http://localhost:3002/cancel",
    }
    assert defaults == {field: getattr(settings, field) for field in defaults}


def test_the_demo_shop_answers_in_development_or_where_it_is_asked_for(given: Any) -> None:
    assert not given().has_storefront
    assert given({"GATEWAY_STOREFRONT": "on"}).has_storefront
    assert load_settings(development=True).has_storefront
    assert not given({"GATEWAY_STOREFRONT": "off"}).has_storefront
    assert not load_settings(development=True).has_storefront


def test_serving_without_the_demo_shop_needs_the_shop_s_own_pages(given: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    given()
    with pytest.raises(SettingsError) as refusal:
        load_settings(to_serve=True)
    assert [problem.partition(" ")[0] for problem in refusal.value.problems] == [
        "GATEWAY_SUCCESS_URL",
        "GATEWAY_CANCEL_URL",
    ]
    monkeypatch.setenv("GATEWAY_STOREFRONT", "on")
    load_settings(to_serve=True)
    monkeypatch.setenv("GATEWAY_STOREFRONT", "off")
    monkeypatch.setenv("GATEWAY_SUCCESS_URL", SUCCESS_URL)
    monkeypatch.setenv("GATEWAY_CANCEL_URL", SHOP)
    assert load_settings(to_serve=True).cancel_url == SHOP


@pytest.mark.parametrize(("public_url", "path"), [("https://pay.example", ""), ("https://shop.example/pay/", "/pay")])
def test_the_path_of_the_public_url_is_where_everything_lies(given: Any, public_url: str, path: str) -> None:
    assert given({"GATEWAY_PUBLIC_URL": public_url}).base_path == path


K1, K2 = "first-key-0123456", "second-key-0123456"
UNNAMED = f"key-{hashlib.sha256(K1.encode()).hexdigest()[:8]}"


def secrets(*words: str) -> tuple[SecretStr, ...]:
    return tuple(SecretStr(word) for word in words)


@pytest.mark.parametrize(
    ("variable", "value", "field", "taken"),
    [
        ("STRIPE_API_KEY", "rk_test_1", "livemode", False),
        ("STRIPE_WEBHOOK_SECRET", "whsec_a, whsec_b", "stripe_webhook_secrets", secrets("whsec_a", "whsec_b")),
        ("GATEWAY_PUBLIC_URL", "http://pay.example", "livemode", False),
        ("STRIPE_API_BASE", "http://localhost:12111/", "stripe_api_base", "http://localhost:12111"),
        ("DATABASE_URL", "postgres://u:p@db/gateway", "dialect", "postgres"),
        ("DATABASE_URL", "sqlite:///var/lib/gateway.db", "dialect", "sqlite"),
        ("REDIS_URL", "rediss://cache:6379/1", "redis_url", "rediss://cache:6379/1"),
        ("GATEWAY_CATALOGUE", "shop.toml", "catalogue", Path("shop.toml")),
        ("GATEWAY_PUBLIC_URL", "https://pay.example/", "base_url", "https://pay.example"),
        ("GATEWAY_PUBLIC_URL", "https://pay.example", "effective_cancel_url", "https://pay.example/cancel"),
        ("GATEWAY_SUCCESS_URL", SUCCESS_URL, "effective_success_url", SUCCESS_URL),
        ("GATEWAY_CANCEL_URL", "https://shop.example/back", "effective_cancel_url", "https://shop.example/back"),
        ("GATEWAY_ALLOWED_ORIGINS", "https://Shop.Example/, http://a:51", "allowed_origins", (SHOP, "http://a:51")),
        ("GATEWAY_TRUSTED_PROXIES", "10.0.0.1, ::1", "trusted_proxies", (ip_network("10.0.0.1"), ip_network("::1"))),
        ("GATEWAY_RATE_LIMIT", "5/second", "rate_limit", "5/second"),
        ("GATEWAY_SOCKETS_PER_ADDRESS", "7", "sockets_per_address", 7),
        ("GATEWAY_SIGNING_SECRETS", "one,two", "signing_secrets", secrets("one", "two")),
        ("GATEWAY_STRIPE_RATE_LIMIT", "80/second", "stripe_rate_limit", "80/second"),
        ("GATEWAY_ADMIN_KEYS", K1, "admin_keys", (AdminKey(UNNAMED, SecretStr(K1), True),)),
        ("GATEWAY_ADMIN_KEYS", f"ann:{K1}", "admin_keys", (AdminKey("ann", SecretStr(K1), True),)),
        ("GATEWAY_ADMIN_KEYS", f"ann:{K1}, eve.2:{K2}:read,", "admin_keys", (
            AdminKey("ann", SecretStr(K1), True), AdminKey("eve.2", SecretStr(K2), False))),
        ("GATEWAY_AUDIT_KEY", f"{K1}, {K2}", "audit_keys", secrets(K1, K2)),
        ("GATEWAY_KEEP_BUYER_DETAILS", "7d", "keep_buyer_details_seconds", 604_800),
        ("STRIPE_API_KEY", " rk_test_1\n", "stripe_api_key", SecretStr("rk_test_1")),
        ("STRIPE_WEBHOOK_SECRET", "\n whsec_a ,\twhsec_b\n", "stripe_webhook_secrets", secrets("whsec_a", "whsec_b")),
        ("GATEWAY_SIGNING_SECRETS", " one\n", "signing_secrets", secrets("one")),
        ("GATEWAY_ADMIN_KEYS", f" {K1}\r\n", "admin_keys", (AdminKey(UNNAMED, SecretStr(K1), True),)),
        ("GATEWAY_PUBLIC_URL", " https://pay.example/\n", "base_url", "https://pay.example"),
        ("GATEWAY_RATE_LIMIT", " 5/second ", "rate_limit", "5/second"),
        ("GATEWAY_PORT", " 8080\n", "port", 8080),
        ("DATABASE_URL", "sqlite://shop.db\n", "database_url", "sqlite://shop.db"),
        ("REDIS_URL", "  ", "redis_url", None),
        ("GATEWAY_CATALOGUE", " ", "catalogue", None),
        ("GATEWAY_PUBLIC_URL", "\n", "public_url", None),
        ("GATEWAY_ALLOWED_ORIGINS", " ", "allowed_origins", ()),
        ("GATEWAY_CURRENCIES", " ", "currencies", ("usd",)),
        ("GATEWAY_CURRENCIES", "USD, eur", "currencies", ("usd", "eur")),
        ("GATEWAY_RECONCILE_EVERY", "1h", "reconcile_every_seconds", 3600),
        ("GATEWAY_RECONCILE_EVERY", "0", "reconcile_every_seconds", 0),
        ("GATEWAY_PORT", "8080", "base_url", "http://localhost:8080"),
        ("GATEWAY_PLAYGROUND", "true", "playground", True),
        ("GATEWAY_RATE_LIMIT", "", "rate_limit", "100/minute"),
        ("GATEWAY_ADMIN_KEYS", "", "admin_keys", ()),
    ],
)  # fmt: skip
def test_a_setting_is_read_from_its_variable(given: Any, variable: str, value: str, field: str, taken: Any) -> None:
    assert taken == getattr(given({variable: value}), field)


def test_the_env_file_beside_is_read_and_the_environment_beats_it(given: Any, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GATEWAY_PORT=4000\nGATEWAY_RATE_LIMIT=7/minute\n")
    settings = given({"GATEWAY_PORT": "5000"})
    assert (settings.port, settings.rate_limit) == (5000, "7/minute")


def test_a_commands_defaults_yield_to_the_environment_and_its_overrides_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATEWAY_PORT", "5000")
    monkeypatch.setenv("GATEWAY_RATE_LIMIT", "7/minute")
    chosen = {"stripe_api_key": "sk_test_1", "stripe_webhook_secrets": "whsec_1", "port": 4000}
    settings = load_settings(defaults=chosen, rate_limit="9/minute", host=None)
    assert (settings.port, settings.rate_limit, settings.host) == (5000, "9/minute", "127.0.0.1")


def test_a_blank_variable_does_not_hide_a_commands_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", " ")
    chosen = {"stripe_api_key": "sk_test_1", "stripe_webhook_secrets": "whsec_1", "database_url": "sqlite://dev.db"}
    assert load_settings(defaults=chosen).database_url == "sqlite://dev.db"


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("5s", 5), ("15m", 900), ("48h", 172_800), ("7d", 604_800)])
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert seconds == duration_seconds(text)


@pytest.mark.parametrize("text", ["", "m", "-5m", "1.5h", "5 m", "5w", "1000000d"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration; write it like 15m, 48h or 7d"):
        duration_seconds(text)


WHOLE_URL = "write the whole url, like https://pay.example.com"
NO_KEY = "a Stripe secret key starts with sk_ or rk_; a publishable pk_ key cannot create sessions"
NO_PROXY = "`*` would let every caller choose its own address; name the proxies"
NO_CURRENCY = "give three-letter currencies, comma-separated, like usd,eur"
NO_HOOK = "every webhook secret starts with whsec_ (Stripe Dashboard → Webhooks → Signing secret)"
NO_SECRET = "it is set and holds no key; unset it or write one or several keys, comma-separated"
HOW = "write each key as `key`, `name:key` or `name:key:read`"
MANY_PARTS = f"key 1 has too many parts, or another third part than `read`; {HOW}"
BAD_NAME = f"the name of key 1 is not 1 to 60 letters, digits, `.`, `_` or `-`; {HOW}"
OWN = "each operator needs one of their own"
NO_ORIGIN = "is no origin; write it like https://shop.example"


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("STRIPE_API_KEY", "pk_test_1", NO_KEY),
        ("STRIPE_WEBHOOK_SECRET", "sk_test_1", NO_HOOK),
        ("STRIPE_WEBHOOK_SECRET", "whsec_a,oops", NO_HOOK),
        ("STRIPE_WEBHOOK_SECRET", ",", NO_SECRET),
        ("STRIPE_WEBHOOK_SECRET", " ", NO_SECRET),
        ("STRIPE_API_KEY", " ", NO_KEY),
        ("STRIPE_WEBHOOK_SECRET", " , ", NO_SECRET),
        ("STRIPE_WEBHOOK_SECRET", "whsec_", NO_HOOK),
        ("GATEWAY_SIGNING_SECRETS", " , ,", NO_SECRET),
        ("GATEWAY_ADMIN_KEYS", ",", NO_SECRET),
        ("GATEWAY_ADMIN_KEYS", "  ", NO_SECRET),
        ("GATEWAY_AUDIT_KEY", "\n", NO_SECRET),
        ("GATEWAY_AUDIT_KEY", f"{K1},short", "key 2 is shorter than 16 characters; make a longer one"),
        ("GATEWAY_ADMIN_KEYS", "fifteen-letters", "key 1 is shorter than 16 characters; make a longer one"),
        ("GATEWAY_ADMIN_KEYS", f"{K1},ann:short", "key 2 is shorter than 16 characters; make a longer one"),
        ("GATEWAY_ADMIN_KEYS", f"{K1}:read", "key 1 is shorter than 16 characters; make a longer one"),
        ("GATEWAY_ADMIN_KEYS", f"ann:{K1}:write", MANY_PARTS),
        ("GATEWAY_ADMIN_KEYS", f"ann:{K1}:read:x", MANY_PARTS),
        ("GATEWAY_ADMIN_KEYS", f":{K1}", BAD_NAME),
        ("GATEWAY_ADMIN_KEYS", f"ann:{K1},b,b", "key 2 is shorter than 16 characters; make a longer one"),
        ("GATEWAY_ADMIN_KEYS", f"{K2},ann:{K1},ann:{K1}2", f"keys 2 and 3 have the same name; {OWN}"),
        ("GATEWAY_ADMIN_KEYS", f"ann:{K1},eve:{K1}:read", f"keys 1 and 2 have the same key; {OWN}"),
        ("STRIPE_API_KEY", "sk_test_1 2", "the key has a blank or a line break inside; copy it again"),
        ("STRIPE_API_KEY", "sk_test_1\n2", "the key has a blank or a line break inside; copy it again"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_a,whsec\nb", "key 2 has a blank or a line break inside; copy it again"),
        ("GATEWAY_SIGNING_SECRETS", "one two", "key 1 has a blank or a line break inside; copy it again"),
        ("GATEWAY_ADMIN_KEYS", f"ann: {K1}", "key 1 has a blank or a line break inside; copy it again"),
        ("GATEWAY_AUDIT_KEY", f"{K1}\t{K2}", "key 1 has a blank or a line break inside; copy it again"),
        ("GATEWAY_KEEP_BUYER_DETAILS", "soon", "`soon` is no duration; write it like 15m, 48h or 7d"),
        ("STRIPE_API_BASE", "localhost:12111", WHOLE_URL),
        ("DATABASE_URL", "mysql://db/gateway", "use sqlite://path/to/gateway.db or postgres://user:password@host/database"),
        ("REDIS_URL", "http://cache", "use redis://host:6379/0 or rediss://…"),
        ("GATEWAY_PUBLIC_URL", "pay.example", WHOLE_URL),
        ("GATEWAY_SUCCESS_URL", "/done", WHOLE_URL),
        ("GATEWAY_CANCEL_URL", "javascript:alert(1)", WHOLE_URL),
        ("GATEWAY_ALLOWED_ORIGINS", "*", f"`*` {NO_ORIGIN}"),
        ("GATEWAY_ALLOWED_ORIGINS", "null", f"`null` {NO_ORIGIN}"),
        ("GATEWAY_ALLOWED_ORIGINS", "https://a.example,shop.example", f"`shop.example` {NO_ORIGIN}"),
        ("GATEWAY_ALLOWED_ORIGINS", "https://a.example/path", f"`https://a.example/path` {NO_ORIGIN}"),
        ("GATEWAY_TRUSTED_PROXIES", "*", NO_PROXY),
        ("GATEWAY_TRUSTED_PROXIES", "10.0.0.1,*", NO_PROXY),
        ("GATEWAY_TRUSTED_PROXIES", "proxy", "'proxy' does not appear to be an IPv4 or IPv6 network"),
        ("GATEWAY_RATE_LIMIT", "lots", "`lots` is no limit; write it like 100/minute"),
        ("GATEWAY_STRIPE_RATE_LIMIT", "20", "`20` is no limit; write it like 100/minute"),
        ("GATEWAY_SOCKETS_PER_ADDRESS", "0", "Input should be greater than or equal to 1"),
        ("GATEWAY_CURRENCIES", "dollar", NO_CURRENCY),
        ("GATEWAY_CURRENCIES", ",", NO_CURRENCY),
        ("GATEWAY_RECONCILE_EVERY", "soon", "`soon` is no duration; write it like 15m, 48h or 7d"),
        ("GATEWAY_PORT", "http", "Input should be a valid integer, unable to parse string as an integer"),
        ("GATEWAY_PORT", "70000", "Input should be less than or equal to 65535"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_refused_by_name_with_what_to_write_instead(
    refused: Any, variable: str, value: str, reason: str
) -> None:
    assert [f"{variable}: {reason}"] == refused({variable: value})


_WRONGLY_PLACED = ("sk_test_51AbCdEfGh", "rk_live_51AbCdEfGh", "whsec_AbCdEf", "pk_live_51AbCd", "Bearer abc.def",
    "Zq3vX8kLmP0sT4uW", "0f8fad5bd9cb469fa16570867728950e")  # fmt: skip
_TAKES_NO_KEY = """STRIPE_API_BASE DATABASE_URL REDIS_URL GATEWAY_PUBLIC_URL GATEWAY_SUCCESS_URL GATEWAY_CANCEL_URL
    GATEWAY_ALLOWED_ORIGINS GATEWAY_TRUSTED_PROXIES GATEWAY_RATE_LIMIT GATEWAY_SOCKETS_PER_ADDRESS GATEWAY_CURRENCIES
    GATEWAY_STRIPE_RATE_LIMIT GATEWAY_RECONCILE_EVERY GATEWAY_KEEP_BUYER_DETAILS GATEWAY_PORT GATEWAY_PLAYGROUND
    GATEWAY_FAILPOINTS""".split()


@pytest.mark.parametrize("variable", _TAKES_NO_KEY)
@pytest.mark.parametrize("key", _WRONGLY_PLACED)
def test_a_key_in_the_wrong_variable_is_refused_and_never_repeated(refused: Any, variable: str, key: str) -> None:
    said = "\n".join(refused({variable: key}))
    assert variable in said
    assert key.lower() not in said.lower()
    assert key.partition("_")[2][-8:].lower() not in said.lower() or "_" not in key


@pytest.mark.parametrize("line", ["GATEWAY_ADMIN_KEYS:ann:Zq3vX8kLmP0sT4uW", "GATEWAY_sk_test_51AbCdEfGh=1"])
def test_a_key_that_became_a_name_is_not_repeated(refused: Any, tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(line + "\n")
    said = "\n".join(refused({}))
    assert "is no setting of the gateway" in said
    assert "Zq3vX8kLmP0sT4uW" not in said
    assert "51AbCdEfGh" not in said


def test_blanks_where_secrets_are_meant_are_not_covered_by_a_commands_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_ADMIN_KEYS", "  ")
    chosen = {"stripe_api_key": "sk_test_1", "stripe_webhook_secrets": "whsec_1", "admin_keys": K1}
    with pytest.raises(SettingsError, match="GATEWAY_ADMIN_KEYS: it is set and holds no key"):
        load_settings(defaults=chosen)


def test_what_is_missing_is_named_with_where_to_find_it(refused: Any) -> None:
    assert refused(dict.fromkeys(REQUIRED)) == [
        "STRIPE_API_KEY is missing: your secret key (sk_… or rk_…) from the Stripe Dashboard → Developers → API keys.",
        "STRIPE_WEBHOOK_SECRET is missing: the signing secret (whsec_…) of your webhook endpoint, "
        "Stripe Dashboard → Webhooks.",
    ]


def test_every_problem_is_said_at_once(refused: Any) -> None:
    wrong = {"GATEWAY_RATE_LIMTI": "5", "GATEWAY_PORT": "x", "GATEWAY_CURRENCIES": "1", "DATABASE_URL": "here"}
    problems = refused({"STRIPE_API_KEY": None, "STRIPE_WEBHOOK_SECRET": "oops", **wrong})
    named = {problem.split(":")[0].split(" ")[0] for problem in problems}
    assert named == {"STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET", *wrong}
    assert len(problems) == len(named)


@pytest.mark.parametrize(
    ("also", "sentence"),
    [
        ({"GATEWAY_PORT": "x"}, "GATEWAY_PORT: "),
        ({"STRIPE_WEBHOOK_SECRET": None}, "STRIPE_WEBHOOK_SECRET is missing"),
        ({"GATEWAY_SUCCESS_URL": "http://shop.example/done"}, "GATEWAY_SUCCESS_URL must carry the literal"),
    ],
)
def test_what_contradicts_is_said_along_with_what_is_missing(
    refused: Any, also: dict[str, str | None], sentence: str
) -> None:
    problems = "\n".join(refused({"STRIPE_API_KEY": "sk_live_1", **also}))
    assert "must be https" in problems
    assert sentence in problems


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("GATEWAY_RATE_LIMTI", "GATEWAY_RATE_LIMIT"),
        ("GATEWAY_CATALOG", "GATEWAY_CATALOGUE"),
        ("GATEWAY_ADMIN_KEY", "GATEWAY_ADMIN_KEYS"),
        ("GATEWAY_SUCESS_URL", "GATEWAY_SUCCESS_URL"),
        ("GATEWAY_ALLOWED_ORIGIN", "GATEWAY_ALLOWED_ORIGINS"),
        ("GATEWAY_STRIPE_API_KEY", "STRIPE_API_KEY"),
    ],
)
def test_a_name_we_do_not_know_is_refused_with_the_nearest_one(refused: Any, name: str, nearest: str) -> None:
    assert refused({name: "1"}) == [f"{name} is no setting of the gateway; did you mean {nearest}?"]


def test_a_name_in_the_env_file_is_held_to_the_same(refused: Any, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GATEWAY_PROT=4000\n")
    assert refused({}) == ["GATEWAY_PROT is no setting of the gateway; did you mean GATEWAY_PORT?"]


def test_a_name_like_nothing_is_refused_all_the_same(refused: Any) -> None:
    (problem,) = refused({"GATEWAY_XQJWVKZXQJWVKZXQJWVKZXQJWVKZ": "1"})
    assert problem == "GATEWAY_XQJWVKZXQJWVKZXQJWVKZXQJWVKZ is no setting of the gateway."


def test_the_success_url_must_carry_the_session(refused: Any) -> None:
    assert refused({"GATEWAY_SUCCESS_URL": "https://shop.example/done"}) == [
        "GATEWAY_SUCCESS_URL must carry the literal {CHECKOUT_SESSION_ID}"
    ]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GATEWAY_SUCCESS_URL", SUCCESS_URL.replace("https", "http")),
        ("GATEWAY_CANCEL_URL", "http://shop.example/back"),
        ("GATEWAY_PUBLIC_URL", ""),
        ("STRIPE_API_BASE", "http://localhost:12111"),
    ],
)
def test_a_live_key_wants_every_url_on_https(refused: Any, variable: str, value: str) -> None:
    named = variable if value else "GATEWAY_PUBLIC_URL, GATEWAY_SUCCESS_URL, GATEWAY_CANCEL_URL"
    assert [f"with a live key {named} must be https"] == refused(LIVE | {variable: value})


@pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1"])
def test_a_live_key_with_https_throughout_is_taken(given: Any, key: str) -> None:
    settings = given(LIVE | {"STRIPE_API_KEY": key, "STRIPE_API_BASE": "https://api.stripe.com"})
    assert (settings.livemode, settings.base_url) == (True, "https://pay.example")


# Secrets.

SECRETS = {
    "GATEWAY_SIGNING_SECRETS": "canarysign,canarysign2",
    "GATEWAY_ADMIN_KEYS": "canaryadmin-0123456",
    "GATEWAY_AUDIT_KEY": "canaryaudit-0123456",
}


def test_no_secret_shows_in_a_repr_or_a_dump(given: Any) -> None:
    settings = given(SECRETS)
    for shown in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.model_dump())):
        assert not [canary for canary in CANARIES if canary in shown]


@pytest.mark.parametrize(
    "url", [{"DATABASE_URL": "postgres://u:canary@db/g"}, {"REDIS_URL": "redis://:canary@cache/0"}]
)
def test_no_password_of_a_url_shows_in_a_repr(given: Any, url: dict[str, str]) -> None:
    assert "canary@" not in repr(given(url))


@pytest.mark.parametrize(
    "wrong",
    [
        {"STRIPE_API_KEY": "canarykey"},
        {"STRIPE_WEBHOOK_SECRET": "canaryhook"},
        {"STRIPE_API_KEY": "sk_live_canarykey"},
        {"DATABASE_URL": "mysql://u:canarykey@db"},
        {"REDIS_URL": "http://:canarykey@cache"},
        {"GATEWAY_PORT": "canarykey"},
        {"STRIPE_API_KEY": "sk_test_canarykey 2"},
        {"GATEWAY_ADMIN_KEYS": "canaryadmin"},
        {"GATEWAY_ADMIN_KEYS": "canaryadmin:canarykey"},
        {"GATEWAY_ADMIN_KEYS": "canaryadmin-0123456:x:canarykey"},
        {"GATEWAY_ADMIN_KEYS": "canary admin:canarykey-0123456"},
        {"GATEWAY_ADMIN_KEYS": "canaryadmin:canarykey-0123456,canaryadmin:canarykey-9876543"},
        {"GATEWAY_ADMIN_KEYS": "a:canarykey-0123456,b:canarykey-0123456"},
        {"GATEWAY_AUDIT_KEY": "canaryaudit"},
        {"GATEWAY_SIGNING_SECRETS": "canary sign"},
    ],
)
def test_no_refusal_repeats_what_may_be_a_secret(refused: Any, wrong: dict[str, str | None]) -> None:
    problems = "\n".join(refused(SECRETS | wrong))
    assert not [canary for canary in CANARIES if canary in problems]
