"""``copbot`` and ``python -m copbot``."""

from copbot.cli import main

if __name__ == "__main__":
    main()

__all__ = ["main"]
