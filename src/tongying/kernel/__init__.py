"""What every part shares: errors, ids, age, caveats, audit events. Standard library only."""
