"""Exports: a workspace, or everything of one visitor, as a ZIP of JSON Lines with the files beside them."""
