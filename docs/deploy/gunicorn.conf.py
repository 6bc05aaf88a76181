"""Serve drugsearch with gunicorn: `gunicorn --config docs/deploy/gunicorn.conf.py`."""

import os
from pathlib import Path

wsgi_app = "webapp:create_app()"
bind = "127.0.0.1:8000"
# A process searches on one processor at a time; its threads wait for readers meanwhile.
workers = os.cpu_count() or 1
worker_class = "gthread"
threads = 4

# A search is over after DRUGSEARCH_DEADLINE_MS; a process that hangs longer is replaced.
timeout = 30
graceful_timeout = 30
keepalive = 5

# The longest line that gunicorn can be told to take; more is answered 414 or 431.
limit_request_line = 8190
limit_request_fields = 50
limit_request_field_size = 4096

# Its access log would hold what people ask; the application writes its own without it.
accesslog = None
# Nobody is to steer a running server through a socket.
control_socket_disable = True


def on_starting(server: object) -> None:
    """Begin to count anew: what is in the folder was counted by processes that are gone."""
    del server
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        for path in Path(folder).glob("*.db"):
            path.unlink()
