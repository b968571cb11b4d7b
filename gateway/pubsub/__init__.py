"""Telling watchers that a payment changed: a doorbell of id and version, and a slow sweep as the net."""
