"""The consult: a question, its answer, every state between. No input or output, no clock."""
