"""The private PostGIS cluster which Machizu makes and owns when no `DATABASE_URL` is set."""
