"""Scenes as a security camera films them, rendered, with the exact truth of what goes on."""
