"""What this machine carries, measured on real sockets: `sestetto load`."""
