"""`python -m aegis` is the `aegis` command."""

from aegis.cli.main import app

if __name__ == "__main__":
    app()
