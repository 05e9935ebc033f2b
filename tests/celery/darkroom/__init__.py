"""Darkroom: a small shop that prints its customers' photos. A real Celery application for Jobscope to be tested on."""
