"""What every part shares: errors, ids, age and time, caveats, audit events. Standard library only."""
