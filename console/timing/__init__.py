"""When the periodic jobs of a process run."""
