"""Webhooks: facts become events, which go through an outbox to the endpoints of other systems."""
