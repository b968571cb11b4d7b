"""The webhook door: Stripe's raw bytes in, one word out. What an event means is decided in services and the domain."""
