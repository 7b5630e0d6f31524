"""The page for people at `/`: a session at a glance, and buttons for what happens to it."""
