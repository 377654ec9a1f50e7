"""What a message costs in Sestetto, in the bare loops beneath it, and in common alternatives."""
