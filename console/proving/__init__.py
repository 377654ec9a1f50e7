"""`sestetto prove`: causes real faults in processes, stores and sockets, and reports what was lost."""
