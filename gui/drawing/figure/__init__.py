"""The classical figure of a network: boxes whose size is the tensor, as in the papers on LeNet, AlexNet, VGG, U-Net.

`network` says which boxes there are, `layout` how large they are and where they are (both know no Qt), and
`figure_drawing` paints them.
"""
