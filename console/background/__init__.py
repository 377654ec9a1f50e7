"""Work that runs beside the sockets, one job per module; `console/workers.py` lists them."""
