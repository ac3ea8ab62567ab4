"""Fused pairs of a child's series: asked for, computed by the worker, judged by people."""
