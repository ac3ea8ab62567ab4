"""The consult: a question, its answer and every state between. No input or output, no clock of its own."""
