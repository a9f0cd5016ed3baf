"""The append-only ledger: who moved which version where, when and why."""
