"""The live state of a workspace: Functions in the store, and typed calls of them."""
