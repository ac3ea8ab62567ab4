"""Resumable upload from the browser."""
