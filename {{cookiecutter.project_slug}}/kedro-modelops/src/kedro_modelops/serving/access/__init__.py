"""Who may ask what: a file of API keys, the keys that the running service knows, and the scopes that paths need."""
