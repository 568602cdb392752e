"""The technician's pocket: what a device was given, and what it sent back."""
