"""How a program outside talks to Aegis."""
