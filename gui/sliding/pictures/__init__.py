"""What is painted: each picture is data and a paint method, for the window, for files and for help pages."""
