"""What happens by itself: bounded jobs on a beat, never on a request's time."""
