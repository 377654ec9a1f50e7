"""The demo: its members, its shop, and simulated visitors and agents."""
