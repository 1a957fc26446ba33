"""The Start page: gallery and recent projects."""
