"""The webhook entry point: Stripe's raw bytes in, one word out. Services and the domain decide what an event means."""
