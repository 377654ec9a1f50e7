"""WebSockets: they receive frames from clients and send frames to them."""
