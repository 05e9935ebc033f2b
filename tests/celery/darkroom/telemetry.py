"""Logs as JSON on standard output, spans over OTLP: what a service sets up once, before it does anything."""

import contextvars
import logging
import os
import sys

from celery import current_task
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from pythonjsonlogger.json import JsonFormatter

SERVICE = os.environ.get("SERVICE", "darkroom")
VERSION = "3.4.1"

# The order that is worked on, so that every line written meanwhile names it.
order_ref: contextvars.ContextVar[str | None] = contextvars.ContextVar("order_ref", default=None)


class Context(logging.Filter):
    """Adds to each line what it was written in: the order, the task, the span."""

    def filter(self, record: logging.LogRecord) -> bool:
        if ref := order_ref.get():
            record.order_ref = ref
        if current_task and current_task.request.id:
            record.task_id = current_task.request.id
            record.task_name = current_task.name
        span = trace.get_current_span().get_span_context()
        record.trace_id = format(span.trace_id, "032x")
        record.span_id = format(span.span_id, "016x")
        return True


def set_up_logging() -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(Context())
    handler.setFormatter(
        JsonFormatter(
            "{levelname}{name}{processName}{message}",
            style="{",
            timestamp=True,
            rename_fields={"levelname": "severity", "name": "logger", "processName": "process"},
            static_fields={"unit": SERVICE},
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("httpx", "httpcore", "urllib3", "opentelemetry"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def set_up_tracing() -> None:
    """Once for each process: threads of the exporter do not survive a fork."""
    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE, "service.version": VERSION}))
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(), schedule_delay_millis=500))
    trace.set_tracer_provider(provider)
    CeleryInstrumentor().instrument()
    HTTPXClientInstrumentor().instrument()
