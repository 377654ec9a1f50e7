"""Alerts to people who are not at the screen: what to report, and the processes that send it."""
