"""The challenger's process, which the service starts: `python -m kedro_modelops.serving.shadow DESCRIPTOR`."""

import contextlib
import os
import socket
import sys
from pathlib import Path

if __name__ == "__main__":
    os.nice(19)  # whoever waits for an answer goes first
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # and where memory runs out, this process ends
    from kedro_modelops.serving.shadow.challenger import work

    with socket.socket(fileno=int(sys.argv[1])) as connection:
        work(connection)
