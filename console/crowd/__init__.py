"""Simulated visitors and colleagues, for demos: real sockets, human pace."""
