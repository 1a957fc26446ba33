"""Images in folders: with a folder for each class, a table of labels, or masks beside them."""
