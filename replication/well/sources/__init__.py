"""Where real files come from: a local folder, the download server, or a stream through fsspec."""
