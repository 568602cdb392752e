"""The inner loop: integers in, integers out. Imports nothing else of the engine."""
