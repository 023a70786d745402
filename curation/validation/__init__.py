"""What 'validated' means: one small module per family of rules, and a runner."""
