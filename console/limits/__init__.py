"""Limits on what clients may do, and how fast: connections, HTTP, new chats."""
