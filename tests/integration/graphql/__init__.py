"""The GraphQL door on the real house: SQLite, the sandbox, real sockets."""
