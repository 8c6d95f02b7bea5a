"""How gunicorn serves the web pages; deploy/supervisord.conf starts it. Every line differs from its default."""

import os

# Loopback only: in production a proxy stands in front and ends TLS.
bind = f"127.0.0.1:{os.environ['PORT']}"

# Threads wait for the database and for slow visitors, and cost less memory than processes. But pages compute more than
# they wait, and one process computes on one core: busy machines want as many as they have cores. Two at least, so that
# one goes on serving while the other is restarted.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8

# Open requests have this many seconds to finish; supervisor kills after stopwaitsecs, which must be more.
graceful_timeout = 8

# By default it lies under the home directory, shared by everything that this user runs. supervisorctl does the same.
control_socket_disable = True

# Load Django once, before the port is open: the first visitor after a start does not wait for it, and a worker that was
# killed is replaced at once. Nothing that must not be shared is made before the fork: connections are made when used.
preload_app = True
