"""The texts that the scripts of our own pages show, by screen."""
