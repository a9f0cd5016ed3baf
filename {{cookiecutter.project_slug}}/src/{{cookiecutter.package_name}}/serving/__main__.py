"""Runs the service as its environment says: `python -m <package>.serving`."""

from .run import main

if __name__ == "__main__":
    main()
