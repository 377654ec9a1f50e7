"""The store's Functions as typed calls, one file per kind of caller."""
