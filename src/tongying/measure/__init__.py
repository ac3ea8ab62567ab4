"""Measures of organs: points, lines, ellipses, contours and masks in, values with a method out."""
