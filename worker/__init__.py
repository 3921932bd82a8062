"""What happens later: deadlines, fired when they are due."""
