"""Signals: one module for each thing that monitoring watches."""
