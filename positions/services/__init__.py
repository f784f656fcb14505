"""The only writers: check permission, change, write the Event, all in one transaction."""
