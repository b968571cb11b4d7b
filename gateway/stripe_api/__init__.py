"""Stripe, through its official SDK. The only folder that imports `stripe`; it speaks plain JSON to the services."""
