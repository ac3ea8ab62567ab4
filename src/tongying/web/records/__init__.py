"""The archive's index: children, studies, series, instances."""
