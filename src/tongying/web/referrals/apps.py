"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """Referrals through the green channel, and the outcome that comes home."""

    name = "tongying.web.referrals"
    label = "referrals"
    default_auto_field = "django.db.models.BigAutoField"
