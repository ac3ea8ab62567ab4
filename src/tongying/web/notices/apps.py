"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """Notices to people: in the app, by web push, by e-mail."""

    name = "tongying.web.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"
