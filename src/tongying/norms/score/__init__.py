"""A value against a norm: z, centile with its interval, or a refusal with a code."""
