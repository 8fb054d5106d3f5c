"""Places at speed: the nearest stores beside Redis, and the customers near a point in the database."""
