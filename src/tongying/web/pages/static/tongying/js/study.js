// The page of one study under the keyboard.

import { onKey } from "./keys.js";

onKey("v", () => document.querySelector("a[data-viewer]")?.click());
