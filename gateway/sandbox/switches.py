"""What a control has switched on: creates that are refused, keys that may not do everything, refunds that wait.

Each is one private record in the store, so a restart keeps it.
"""

from gateway.sandbox.errors import StripeRefusal
from gateway.sandbox.store import Kind, Object, Store

ACCOUNT_READ = "rak_accounts_kyc_basic_read"

_CREATES = "create_refusal"
_REFUNDS = "pending_refunds"


def refuse_creates(store: Store, *, status: int, error: Object) -> Object:
    """From now on every create of a Checkout Session is answered with this status and error."""
    return store.put(Kind.CONTROL, {"id": _CREATES, "status": status, "error": error})


def accept_creates(store: Store) -> None:
    store.remove(Kind.CONTROL, _CREATES)


def raise_if_creates_are_refused(store: Store) -> None:
    switched = store.get(Kind.CONTROL, _CREATES)
    if switched is not None:
        raise StripeRefusal(switched["status"], dict(switched["error"]))


def let_refunds_begin_pending(store: Store, *, pending: bool) -> None:
    if pending:
        store.put(Kind.CONTROL, {"id": _REFUNDS})
    else:
        store.remove(Kind.CONTROL, _REFUNDS)


def refunds_begin_pending(store: Store) -> bool:
    return store.get(Kind.CONTROL, _REFUNDS) is not None


def restrict_key(store: Store, key: str, missing: list[str]) -> Object:
    """Exactly these permissions are missing to a restricted key, until it is restricted anew."""
    return store.put(Kind.CONTROL, {"id": f"key {key}", "missing": missing})


def missing_permissions(store: Store, key: str) -> list[str]:
    """A full key misses none; a restricted key that nobody configured misses one alone: to read the account."""
    if not key.startswith("rk_"):
        return []
    record = store.get(Kind.CONTROL, f"key {key}")
    missing: list[str] = record["missing"] if record else [ACCOUNT_READ]
    return missing
