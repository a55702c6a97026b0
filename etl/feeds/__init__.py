"""What comes by itself: disaster bulletins, alerts, camera images, river levels."""
