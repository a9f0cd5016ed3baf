"""Several processes behind one port: how they are started and replaced, switch models together, and show one page."""
