"""The only translator between rows and the engine, and what becomes of its plans."""
