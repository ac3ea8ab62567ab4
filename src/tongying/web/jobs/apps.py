"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """The outbox of durable work."""

    name = "tongying.web.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
