"""Several workspaces in one installation: which ones exist, and how one process runs them in isolation."""
