"""Brings an image to an environment: verified, as a canary first, and noted in the ledger."""
