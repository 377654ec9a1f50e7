"""Suggested replies: what the team's own answers teach. The console ranks them in the browser."""
