"""What the gateway says about itself: logs, request ids, metrics. It never decides anything."""
