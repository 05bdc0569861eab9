"""Doubles with the real interfaces, and synthetic frames and scenes."""
