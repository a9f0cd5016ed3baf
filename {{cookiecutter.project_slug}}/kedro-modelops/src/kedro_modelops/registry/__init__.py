"""Registered versions: their seals and lineage, promotion, reproduction, comparison and export."""
