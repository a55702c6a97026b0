"""The product put together: settings, ASGI application, command line, embedded PostGIS, worker."""
