"""Notices to people: in the app, by web push, by e-mail."""
