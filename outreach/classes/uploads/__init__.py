"""What arrives as files: venues, and the monthly plans of nationwide carriers."""
