"""Web push: wake a browser through its maker's service (RFC 8030, 8291, 8292)."""
