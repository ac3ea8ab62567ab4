"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """The audit trail."""

    name = "tongying.web.trail"
    label = "trail"
    default_auto_field = "django.db.models.BigAutoField"
