"""The commands. One file a verb; they read settings, call the services, and translate failures into sentences."""
