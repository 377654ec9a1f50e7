"""What anybody may do to us, and how fast: connections, HTTP, openings."""
