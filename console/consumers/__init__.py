"""Consumers that follow the feed into SQL. Each entry is stored once, through restarts and changes of leader."""
