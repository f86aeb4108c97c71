"""gunicorn in production. WEB_CONCURRENCY (gunicorn's own) sets the number of processes."""

import os

bind = os.environ.get("BIND", "0.0.0.0:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "4"))
threads = 2
keepalive = 30
timeout = 60
graceful_timeout = 30  # requests under way end before a worker does
max_requests, max_requests_jitter = 5000, 500
preload_app = False  # each worker loads the router and connects by itself
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
accesslog = None  # nginx keeps one; addresses of pages hold nothing personal
errorlog = "-"
