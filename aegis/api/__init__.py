"""The HTTP and WebSocket contract."""
