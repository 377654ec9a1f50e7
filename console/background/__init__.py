"""What runs beside the sockets, job by job: `console/workers.py` is the list."""
