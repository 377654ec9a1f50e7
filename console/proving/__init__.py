"""`sestetto prove`: what breaks in the field, done to real processes, stores and sockets, and what was lost by it."""
