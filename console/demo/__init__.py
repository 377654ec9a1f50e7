"""The demo: its people, shop, simulated visitors and colleagues."""
