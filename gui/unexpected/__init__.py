"""What goes wrong unexpectedly is seen: logged, and shown in the window, which continues."""
