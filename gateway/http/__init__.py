"""What every HTTP entry point shares: pure ASGI middlewares and small readers. It decides nothing about money."""
