"""What a release needs outside the project: GitHub, images, hosts and clusters."""
