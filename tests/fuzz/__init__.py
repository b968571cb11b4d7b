"""What strangers may send, in bulk: webhooks, GraphQL documents and WebSocket frames, and schemathesis' own cases.

Each module runs alone, `python -m tests.fuzz.<name> --cases 20000 --seed N`, and small in the suite.
"""
