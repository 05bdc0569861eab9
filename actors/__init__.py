"""Stateful Ray actors, thin over data and policies."""
