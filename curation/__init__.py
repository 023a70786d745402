"""The data: intake, labelling, quality, validation, release. Knows no screen and no tensors."""
