"""What every HTTP door shares: pure ASGI middlewares and small readers. It decides nothing about money."""
