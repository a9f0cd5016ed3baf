"""Requests: how they are read, checked, refused and recognized when they come again."""
