"""Runs the service as its environment says: `python -m kedro_modelops.serving`."""

import sys

from kedro_modelops.sessions.tracebacks import own_lines

if __name__ == "__main__":
    try:
        from kedro_modelops.serving.run import main

        main()
    except Exception as error:
        sys.exit(own_lines(error) or repr(error))
