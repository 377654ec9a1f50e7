"""State folded from facts. Pure: no store, no clock, no SQL."""
