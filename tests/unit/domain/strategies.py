"""Facts and JSON of every shape, for the property tests. Small alphabets, so that two values often meet on one key."""

from typing import Any

from hypothesis import strategies as st

from gateway.domain.facts import FLAGS, Attempt, AttemptState, Facts, Refund, RefundState, Said, Source
from gateway.domain.money import Money

_words = st.text(alphabet='ab·{}"\\', max_size=3)
_keys = st.sampled_from(["ch_1", "ch_2", "pm_1", "evt_1", "é"])
_sources = st.sampled_from(Source)
_created = st.builds(Said, _sources, st.integers(min_value=0, max_value=3))
_failures = st.none() | st.builds(Said, _sources, st.tuples(_words, _words, _words))
_cards = st.none() | st.builds(Said, _sources, st.tuples(_words, _words))
_attempts = st.builds(Attempt, st.sampled_from(AttemptState), _created, _failures, _cards)
_refunds = st.builds(Refund, st.sampled_from(RefundState), st.integers(min_value=0, max_value=600))
_monies = st.builds(Money, st.integers(min_value=-1, max_value=501), st.sampled_from(["usd", "eur"]))

facts = st.builds(
    Facts,
    **{flag: st.booleans() for flag in FLAGS},
    wrong_money=st.frozensets(_monies, max_size=3),
    attempts=st.dictionaries(_keys, _attempts, max_size=4),
    refunds=st.dictionaries(_keys, _refunds, max_size=4),
    refunded_peak_minor=st.integers(min_value=0, max_value=600),
)

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
