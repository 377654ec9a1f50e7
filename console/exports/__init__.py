"""Exports: a workspace, or everything of one visitor, as a ZIP of JSON Lines and the files."""
