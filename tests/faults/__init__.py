"""What happens when parts fail: real web servers, workers, PostgreSQL and Redis, stopped and killed on purpose."""
