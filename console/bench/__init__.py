"""Load tests on real sockets: `sestetto load`."""
