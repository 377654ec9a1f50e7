"""The texts that our own pages' scripts show, one module per screen."""
