"""The WebSocket endpoints of visitors, agents, bots and boards."""
