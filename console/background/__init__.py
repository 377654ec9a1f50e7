"""Background work, one job per module; `console/workers.py` lists the jobs."""
