"""The GraphQL entry point: one path, three transports (HTTP, WebSocket, SSE), one schema.

It translates and refuses; what a payment is and how it moves is decided in services and domain.
"""
