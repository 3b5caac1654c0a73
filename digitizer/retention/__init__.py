"""What is kept, how long, and its destruction: schedules, legal holds, and runs by two people."""
