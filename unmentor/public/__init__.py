"""The pages for everybody: home, how it works, notices."""
