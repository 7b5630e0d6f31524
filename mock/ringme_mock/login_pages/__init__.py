"""Pages of the authorization code grant: for login and password, and for permission."""
