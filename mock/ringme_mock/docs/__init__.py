"""Documentation: pages about the API, served by the mock or built as a static site."""
