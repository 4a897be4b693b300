"""Reports: what somebody says in private went wrong, to the organisers and nobody else."""
