"""Referrals through the green channel, and the outcome that comes home."""
