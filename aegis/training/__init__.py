"""How the models of Aegis are trained and measured."""
