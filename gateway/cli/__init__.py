"""The commands. One file a verb; they read settings, call the house, and translate failures into sentences."""
