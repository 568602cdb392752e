"""The inner loop, compiled: integers in and out. Imports numpy and numba alone."""
