"""Every page in every state, by name."""

from tests.pages import payment_states, shop_states
from tests.pages.visits import STATES

__all__ = ["STATES", "payment_states", "shop_states"]
