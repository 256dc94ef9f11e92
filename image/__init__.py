"""What the container image is built with; nothing of it is in the image."""
