"""Programs of their own that talk to an installation over its REST API, as anybody else's would.

Nothing here knows Django or the application's modules; import-linter holds that.
"""
