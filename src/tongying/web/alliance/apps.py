"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """The alliance: agreements, rosters, import."""

    name = "tongying.web.alliance"
    label = "alliance"
    default_auto_field = "django.db.models.BigAutoField"
