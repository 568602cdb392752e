"""OSRM, by its HTTP service."""
