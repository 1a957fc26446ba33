"""The canvas: scene, items, painter, geometry and gestures. The graph is changed by the Document alone."""
