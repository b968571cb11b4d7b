"""The GraphQL entry point without a server: limits, cache, schema, negotiation."""
