"""The GraphQL door without a server: limits, cache, schema, negotiation."""
