package dev.spikelane.plot;

import dev.spikelane.plot.picture.Ink;
import dev.spikelane.plot.picture.Picture;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;

/** The white background and the title of a still picture. */
final class Paper {

    static final int WIDTH = 900;

    private static final int TITLE = 34;

    private Paper() {}

    static int top(Figure figure) {
        return figure.title().isEmpty() ? 6 : TITLE;
    }

    static Color color(Figure figure, int number, Color otherwise) {
        return number < figure.colors().size() ? Color.decode(figure.colors().get(number)) : otherwise;
    }

    static void paint(Graphics2D graphics, Figure figure, Picture picture) {
        graphics.setColor(Ink.PAPER);
        graphics.fill(new Rectangle2D.Double(0, 0, picture.width(), picture.height()));
        if (!figure.title().isEmpty()) {
            graphics.setColor(Ink.TEXT);
            graphics.setFont(Ink.TITLE);
            graphics.drawString(figure.title(), 16, 24);
        }
    }
}
