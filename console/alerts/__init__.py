"""Alerts to people away from the screen: what to tell, and the processes that send it."""
