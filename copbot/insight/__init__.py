"""What happened: transcripts, logs, reports. Reads only; never posts."""
