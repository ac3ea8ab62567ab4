"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """Fused pairs."""

    name = "tongying.web.fusion"
    label = "fusion"
    default_auto_field = "django.db.models.BigAutoField"
