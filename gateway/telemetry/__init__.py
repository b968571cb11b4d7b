"""What the house says about itself: logs, request ids, metrics. It never decides anything."""
