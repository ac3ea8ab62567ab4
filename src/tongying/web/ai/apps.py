"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """AI behind the gate."""

    name = "tongying.web.ai"
    label = "ai"
    default_auto_field = "django.db.models.BigAutoField"
