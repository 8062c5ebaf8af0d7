"""The pages, a module a noun; each registers its routes on the blueprint."""
