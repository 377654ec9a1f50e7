"""The web sockets: frames in, frames out."""
