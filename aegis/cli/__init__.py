"""The `aegis` command: one file for each of its commands."""
