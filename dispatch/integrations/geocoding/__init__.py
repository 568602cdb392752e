"""Addresses, through whatever service the settings name."""
