"""Several workspaces in one installation: which there are, and how one process runs all of them apart."""
