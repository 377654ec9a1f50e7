"""State computed from facts. Pure: no store, no clock, no SQL."""
