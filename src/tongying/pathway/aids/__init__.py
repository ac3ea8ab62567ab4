"""Decision aids: a published rule applied to answers. They prompt, and never decide."""
