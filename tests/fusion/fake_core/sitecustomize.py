"""In processes of the tests: a computation that does what files in ``$FAKE_CORE`` say.

It stands in for `tongying.dicom.fusion.run` and `.tables`, whose own tests are elsewhere, so that
the worker can be killed, cancelled and resumed at a moment that a test chooses.
"""

from __future__ import annotations

import os
import sys
import types

if "FAKE_CORE" in os.environ:
    import fake_fusion

    for name in ("run", "tables"):
        module = types.ModuleType(f"tongying.dicom.fusion.{name}")
        for attribute in ("FusionRequest", "run_fusion", "run_table"):
            setattr(module, attribute, getattr(fake_fusion, attribute))
        sys.modules[module.__name__] = module
