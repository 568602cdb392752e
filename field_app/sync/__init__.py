"""The sync protocol: push judges acts in order, pull says what a device may hold."""
