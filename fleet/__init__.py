"""All projects of a template at once: who is behind, what is in the way, which models need a look."""
