"""The GraphQL entry point on the real gateway: SQLite, the sandbox, real sockets."""
