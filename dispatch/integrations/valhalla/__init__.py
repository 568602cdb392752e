"""Valhalla, by its HTTP service."""
