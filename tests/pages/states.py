"""Every page in every state, by name."""

from tests.pages import console_states, payment_states, shop_states
from tests.pages.visits import STATES

__all__ = ["STATES", "console_states", "payment_states", "shop_states"]
