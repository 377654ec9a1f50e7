"""Notifications of phones and browsers whose console is closed or hidden (Web Push, RFC 8030)."""
