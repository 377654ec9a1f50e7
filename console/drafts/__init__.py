"""Drafted answers: a language model of the operator's choice writes what an agent may take into the box."""
