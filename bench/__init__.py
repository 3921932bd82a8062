"""What is measured, and never tested: how long the pages take that people wait for."""
