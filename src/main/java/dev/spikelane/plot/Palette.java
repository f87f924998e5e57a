package dev.spikelane.plot;

import java.awt.Color;
import java.awt.image.IndexColorModel;

/** The 256 colours of a GIF: those of the figure, each in shades down to the paper, so that edges of text stay smooth. */
final class Palette {

    private static final Color[] COLORS = {Ink.TEXT, Ink.MUTED, Ink.ACCENT, Ink.BAR};
    private static final int SHADES = 63;

    static final IndexColorModel MODEL = model();

    private Palette() {}

    private static IndexColorModel model() {
        byte[] red = new byte[256];
        byte[] green = new byte[256];
        byte[] blue = new byte[256];
        for (int i = 0; i < red.length; i++) {
            int color = Math.min(i / SHADES, COLORS.length - 1);
            double share = Math.min(1, (i - color * SHADES) / (double) (SHADES - 1));
            Color shade = Ink.between(Ink.PAPER, COLORS[color], share);
            red[i] = (byte) shade.getRed();
            green[i] = (byte) shade.getGreen();
            blue[i] = (byte) shade.getBlue();
        }
        return new IndexColorModel(8, red.length, red, green, blue);
    }
}
