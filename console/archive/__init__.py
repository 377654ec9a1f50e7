"""The archive and the settings in SQL."""
