//! An agent in Python, which knows nothing but the API.
