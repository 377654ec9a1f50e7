"""Suggested replies, learned from the team's own answers. The console ranks them in the browser."""
