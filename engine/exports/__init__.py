"""Networks and runs as files for elsewhere: one class a format, each file loaded again and compared before it is done.

Formats that need Qt are added by the window's side: `engine.exports.registry.add`.
"""
