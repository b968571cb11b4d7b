"""The one way anything learned is written."""
