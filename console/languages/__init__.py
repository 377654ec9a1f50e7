"""In which language visitors write, where the extra `languages` is installed."""
