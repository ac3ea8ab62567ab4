"""What granian serves: the live role on this process's data directory."""

from __future__ import annotations

from importlib import import_module

from tongying.services.parent import end_with_parent
from tongying.web.boot import boot

end_with_parent()
boot()
application = import_module("tongying.services.live.starting").live_application()
