"""Routing engines over HTTP: what both clients share."""
