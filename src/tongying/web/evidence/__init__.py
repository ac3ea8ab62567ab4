"""The evidence about models: standing, truth, evaluations, drift, incidents, needs and products."""
