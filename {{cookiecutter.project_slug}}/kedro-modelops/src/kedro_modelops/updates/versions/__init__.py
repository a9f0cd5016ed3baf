"""Versions of the template: found, their questions answered, rendered, with what they migrate and say of themselves."""
