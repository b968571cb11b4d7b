"""The GraphQL door: one path, three transports (HTTP, WebSocket, SSE), the schema of design/contract.md.

It translates and refuses; what a payment is and how it moves is decided in services and domain.
"""
