"""The live room of a case: who may do what in it, what is said in it, and what stands now."""
