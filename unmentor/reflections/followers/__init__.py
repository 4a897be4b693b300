"""Follow by email what people learn: everything or a topic, at once or weekly; confirmed first, one click stops it."""
