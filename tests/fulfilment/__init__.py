"""Notices under fire: payments change while the back end fails in every way and the gateway is killed."""
