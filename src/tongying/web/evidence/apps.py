"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """Evidence about models."""

    name = "tongying.web.evidence"
    label = "evidence"
    default_auto_field = "django.db.models.BigAutoField"
