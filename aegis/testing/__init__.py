"""Doubles with the real interfaces, and rendered scenes."""
