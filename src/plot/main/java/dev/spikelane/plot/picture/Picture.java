package dev.spikelane.plot.picture;

import java.awt.Graphics2D;

/** A still picture, for pixels and for vector files. */
public interface Picture {

    /** Width in points, the pixels of an ordinary screen. */
    int width();

    /** Height in points. */
    int height();

    /** Paints everything, including the background. */
    void paint(Graphics2D graphics);
}
