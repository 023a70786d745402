"""An adapter and its base model become one 16-bit model, kept only where it answers as the two did."""
