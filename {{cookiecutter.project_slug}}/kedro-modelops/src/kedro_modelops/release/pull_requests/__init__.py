"""Pull requests: with what a training came to, and with a later version of the template."""
