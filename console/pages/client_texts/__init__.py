"""The texts that scripts of our own pages show, one module per screen."""
