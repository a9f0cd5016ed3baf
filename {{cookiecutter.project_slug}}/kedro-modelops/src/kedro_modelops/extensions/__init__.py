"""What a team adds to the plugin: monitors, sections of the report and routes of its own."""
