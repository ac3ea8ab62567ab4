"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """Resumable upload from the browser."""

    name = "tongying.web.uploads"
    label = "uploads"
    default_auto_field = "django.db.models.BigAutoField"
