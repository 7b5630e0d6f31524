"""What every resource of the document must do, checked over its operations and collections."""
