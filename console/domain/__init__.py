"""Values and pure rules: queues, members, opening hours, names, and who may do what."""
