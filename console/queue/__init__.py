"""The live state of a workspace: Functions in the store, and their typed calls."""
