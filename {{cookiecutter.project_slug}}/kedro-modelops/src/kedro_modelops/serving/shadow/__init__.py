"""Shadow: a challenger scores a copy of what was answered, in a process of its own, and nobody gets its answers."""
