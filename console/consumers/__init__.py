"""Consumers that follow the feed into SQL. Each entry is stored once, despite restarts and changes of leader."""
