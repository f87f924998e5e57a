package dev.spikelane.plot.picture;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.List;

/** Colors, fonts and lines of still pictures, as in the page's light theme. */
public final class Ink {

    public static final Color PAPER = Color.WHITE;
    public static final Color TEXT = new Color(0x1b1d21);
    public static final Color MUTED = new Color(0x5f646d);
    public static final Color LINE = new Color(0xb9bcc3);
    public static final Color GRID = new Color(0xe9eaed);
    public static final Color ACCENT = new Color(0x2c56cf);
    public static final Color SECOND = new Color(0xc9501c);
    public static final Color BAR = new Color(0xaebbe4);

    public static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 15);
    // Not 12 points: VectorGraphics2D omits this size as the default of SVG.
    static final Font CAPTION = new Font(Font.SANS_SERIF, Font.BOLD, 13);
    public static final Font LABEL = new Font(Font.SANS_SERIF, Font.PLAIN, 11);

    public static final BasicStroke THIN = new BasicStroke(1);
    public static final BasicStroke MARK = new BasicStroke(1.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER);
    static final BasicStroke CURVE = new BasicStroke(1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND);
    public static final BasicStroke DASHED =
            new BasicStroke(1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {5, 4}, 0);

    private static final List<Color> SERIES = List.of(ACCENT, SECOND, new Color(0x1f8a70), new Color(0x8a4fbf), MUTED);

    private Ink() {}

    public static Color series(int number) {
        return SERIES.get(number % SERIES.size());
    }

    /** Mixes two colors, {@code share} from 0 to 1. */
    public static Color between(Color from, Color to, double share) {
        return new Color(
                between(from.getRed(), to.getRed(), share),
                between(from.getGreen(), to.getGreen(), share),
                between(from.getBlue(), to.getBlue(), share));
    }

    private static int between(int from, int to, double share) {
        return (int) Math.round(from + (to - from) * share);
    }
}
