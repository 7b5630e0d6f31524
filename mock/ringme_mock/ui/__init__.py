"""Web page at `/`: static files that use the control interface and the API."""
