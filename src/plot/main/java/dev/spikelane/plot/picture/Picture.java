package dev.spikelane.plot.picture;

import java.awt.Graphics2D;

/** A still picture that can be painted on pixels as well as into a vector file. */
public interface Picture {

    /** Width in points, which are pixels of an ordinary screen. */
    int width();

    /** Height in points. */
    int height();

    /** Paints all of it, the background too. */
    void paint(Graphics2D graphics);
}
