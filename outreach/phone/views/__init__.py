"""The provider's webhooks, the on-screen phone, and the staff's page of recordings."""
