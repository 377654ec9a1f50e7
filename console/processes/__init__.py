"""Several processes on one port: the parent that keeps them, and what a child does."""
