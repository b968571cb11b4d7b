"""Facts, attempts and JSON of every shape, for the property tests. Small alphabets, so that two values often meet on
one key, and objects often are each other's."""

from typing import Any

from hypothesis import strategies as st

from gateway.domain.attempts import Attempt, AttemptState, Reported, Source
from gateway.domain.facts import (
    FLAGS,
    KEPT_TOTALS,
    Asked,
    BalanceTransaction,
    Charge,
    Conversion,
    Dispute,
    DisputeState,
    DisputeView,
    Facts,
    Intent,
    Refund,
    RefundState,
)

_words = st.text(alphabet='ab·{}"\\', max_size=3)
_currencies = st.sampled_from(["usd", "eur", "mxn"])
_minor = st.integers(min_value=0, max_value=600)
_moments = st.none() | st.integers(min_value=0, max_value=3)
_amounts = st.dictionaries(_currencies, _minor, max_size=2)
_intent_ids = st.sampled_from(["pi_1", "pi_2", "pi_3"])
_charge_ids = st.sampled_from(["ch_1", "ch_2", "é"])
_invoice_ids = st.sampled_from(["in_1", "in_2"])
_subscription_ids = st.sampled_from(["sub_1", "sub_2"])

_asked = st.builds(Asked, _minor, _currencies, _minor, _minor, _minor, _minor)
_conversions = st.builds(Conversion, _currencies, st.integers(0, 9), _currencies, _minor)
_intents = st.builds(Intent, st.booleans(), st.booleans(), _amounts, _moments)
_urls = st.sampled_from(["https://pay.stripe.com/1", "https://pay.stripe.com/2"])
_charges = st.builds(
    Charge, st.none() | _intent_ids, st.booleans(), _amounts, _amounts, st.booleans(), _moments, st.none() | _urls
)
_refunds = st.builds(
    Refund,
    st.sampled_from(RefundState),
    st.dictionaries(st.sampled_from(["", "usd", "eur"]), _minor, max_size=2),
    st.booleans(),
    st.none() | _intent_ids,
    st.none() | _charge_ids,
    _moments,
)
_views = st.builds(
    DisputeView, st.integers(0, 2), st.integers(0, 2), st.sampled_from(DisputeState), _words, st.integers(0, 2)
)
_moved = st.builds(BalanceTransaction, st.integers(-600, 600), _currencies, st.integers(0, 3))
_disputes = st.builds(
    Dispute,
    newest=_views,
    amounts=_amounts,
    closed=st.frozensets(st.sampled_from([state for state in DisputeState if state.is_closed])),
    transactions=st.dictionaries(st.sampled_from(["txn_1", "txn_2"]), _moved, max_size=2),
    intent_id=st.none() | _intent_ids,
    charge_id=st.none() | _charge_ids,
)

facts = st.builds(
    Facts,
    **{flag: st.booleans() for flag in FLAGS},
    asked=st.frozensets(_asked, max_size=KEPT_TOTALS),
    conversions=st.frozensets(_conversions, max_size=KEPT_TOTALS),
    named_intents=st.frozensets(_intent_ids, max_size=2),
    named_invoices=st.frozensets(_invoice_ids, max_size=2),
    named_subscriptions=st.frozensets(_subscription_ids, max_size=1),
    opening_invoices=st.dictionaries(_subscription_ids, st.frozensets(_invoice_ids, max_size=2), max_size=2),
    invoice_intents=st.dictionaries(_invoice_ids, st.frozensets(_intent_ids, max_size=2), max_size=2),
    intents=st.dictionaries(_intent_ids, _intents, max_size=2),
    charges=st.dictionaries(_charge_ids, _charges, max_size=2),
    refunds=st.dictionaries(st.sampled_from(["re_1", "re_2"]), _refunds, max_size=2),
    disputes=st.dictionaries(st.sampled_from(["du_1", "du_2"]), _disputes, max_size=2),
    legacy_refunded=_amounts,
    session_created=_moments,
    invoice_urls=st.dictionaries(_invoice_ids, _urls, max_size=2),
    delivered_at=_moments,
    given_up_at=_moments,
)

_sources = st.sampled_from(Source)
_created = st.builds(Reported, _sources, st.integers(min_value=0, max_value=3))
_failures = st.none() | st.builds(Reported, _sources, st.tuples(_words, _words, _words))
_cards = st.none() | st.builds(Reported, _sources, st.tuples(_words, _words))
_attempt = st.builds(Attempt, st.sampled_from(AttemptState), _created, st.none() | _intent_ids, _failures, _cards)

attempts = st.dictionaries(st.sampled_from(["ch_1", "ch_2", "pm_1", "evt_1", "é"]), _attempt, max_size=4)

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
