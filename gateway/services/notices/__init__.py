"""Notifying the shop's back ends: from the history to deliveries, tried until they are taken."""
