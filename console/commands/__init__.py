"""The command line, a file a noun; `console/cli.py` joins them."""
