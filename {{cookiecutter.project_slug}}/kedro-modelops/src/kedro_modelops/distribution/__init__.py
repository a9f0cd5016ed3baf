"""Where the loops run that grow with the data: on this machine, or on the workers of a cluster."""
