"""A real Prometheus scrapes three gateways while things go wrong: which alerts fire, and when they end."""
