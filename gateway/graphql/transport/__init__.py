"""How an operation arrives and its answer leaves: HTTP, server-sent events, WebSocket, and the limits before them."""
