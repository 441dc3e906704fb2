"""The contract between the services, and mechanics that carry no business meaning."""
