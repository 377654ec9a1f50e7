"""What the supervisor's board shows."""
