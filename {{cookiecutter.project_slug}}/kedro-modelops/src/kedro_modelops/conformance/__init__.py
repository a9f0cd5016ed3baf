"""Whether a project keeps to the platform's conventions, and how far its model is from production: `kedro modelops`."""
