"""The one web server: health, and what an adapter offers."""
