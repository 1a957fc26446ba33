"""The network as a picture: the drawing of the canvas, or the figure of boxes, as SVG, PDF and PNG."""
