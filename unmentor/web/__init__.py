"""What every answer over HTTP shares: headers, and pages for what goes wrong."""
