"""Consumers that follow the feed into SQL: each entry once, whoever leads, restarts or is cut off."""
