"""Limits on what anybody may do to the server, and how fast: connections, HTTP, new chats."""
