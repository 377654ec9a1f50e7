"""Delivery of facts from the feed to the sockets."""
