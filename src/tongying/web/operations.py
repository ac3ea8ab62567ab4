"""What the people who run the platform look at: is it well, and how much does it do."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from tongying import __version__
from tongying.web.cases.models import CaseRow
from tongying.web.jobs.models import OutboxRow
from tongying.web.records.models import Instance, Study


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the server answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok", "version": __version__})


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Give counts for Prometheus, to callers on this machine only: they hold no patient data."""
    if request.META.get("REMOTE_ADDR") not in ("127.0.0.1", "::1"):
        return HttpResponse(status=404)
    registry = CollectorRegistry()
    counts = {
        "studies": ("Studies in the archive", Study.objects.count()),
        "instances": ("Instances in the archive", Instance.objects.count()),
        "cases": ("Cases of every state", CaseRow.objects.count()),
        "outbox_waiting": (
            "Work promised and not finished",
            OutboxRow.objects.filter(finished_at=None).count(),
        ),
    }
    for name, (words, value) in counts.items():
        Gauge(f"tongying_{name}", words, registry=registry).set(value)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
