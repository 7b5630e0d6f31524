"""The page for people at `/`: static files over the control interface and the API."""
