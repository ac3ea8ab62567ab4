"""What headers say of an acquisition, typed; unknown is None."""
