"""Which backend runs what; a runtime is imported when it is first needed."""

from __future__ import annotations

from importlib import import_module
from typing import Final, cast

from tongying.ai.backends.protocol import Backend
from tongying.ai.card.definition import Runtime

_BACKENDS: Final[dict[Runtime, tuple[str, str]]] = {
    Runtime.BUILT_IN: ("built_in", "BuiltInBackend"),
    Runtime.ONNX: ("onnx_runtime", "OnnxBackend"),
    Runtime.TORCHSCRIPT: ("torch_script", "TorchScriptBackend"),
    Runtime.MONAI_BUNDLE: ("monai_bundle", "MonaiBundleBackend"),
    Runtime.PYTHON: ("entry_point", "EntryPointBackend"),
    Runtime.COMMAND: ("command", "CommandBackend"),
    Runtime.HTTP: ("http_service", "HttpBackend"),
    Runtime.UPS: ("workitem", "WorkitemBackend"),
}


def backend_of(runtime: Runtime) -> Backend:
    """Return what runs models of a runtime."""
    module, name = _BACKENDS[runtime]
    backend = getattr(import_module(f"tongying.ai.backends.{module}"), name)
    return cast(Backend, backend())
