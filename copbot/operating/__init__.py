"""What the command line does for admins and operators: preview, export, doctor."""
