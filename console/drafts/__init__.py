"""Drafted answers: a language model of the operator's choice writes drafts that an agent may use."""
