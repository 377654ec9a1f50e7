"""Whether the store and SQL belong together: one installation, one history, one configuration."""
