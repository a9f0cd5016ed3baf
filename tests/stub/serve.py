"""A service that answers with its name and address; one called ill is never ready, one called slow takes its time."""

import json
import os
import signal
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Service(BaseHTTPRequestHandler):
    """Answers as the prediction service does, as far as a proxy sees it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.path == "/invocations":
            time.sleep(0.05)
        content = json.dumps({"name": os.environ["NAME"], "host": socket.gethostname()}).encode()
        self.send_response(503 if os.environ["NAME"] == "ill" else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815  (http.server's name)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


class Server(ThreadingHTTPServer):
    """Waits at its end for the answers that it has begun."""

    daemon_threads = False
    request_queue_size = 128


if __name__ == "__main__":
    time.sleep(5 if os.environ["NAME"] == "slow" else 0)
    server = Server(("0.0.0.0", 8080), Service)  # noqa: S104  (a container)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.05)
    server.socket.close()
