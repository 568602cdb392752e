"""Travel times: what an engine knows, what is kept of it, and the estimate."""
