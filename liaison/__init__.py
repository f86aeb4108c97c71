"""The project: settings, addresses, the Celery app, embedded services, `demo` and `smoke`."""

from liaison.celery import app as celery_app

__all__ = ["celery_app"]
