"""`sestetto load`: what this machine carries, measured on real sockets, and a checker of what was promised."""
