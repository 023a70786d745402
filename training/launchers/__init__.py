"""Where a worker process runs: this machine, several GPUs, several machines."""
