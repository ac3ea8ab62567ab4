"""The web: Django, thin. Rows never leave a store; views parse, call the domain, render."""
