"""The gate, the split, the immutable folder, and its proof."""
