package dev.spikelane.plot.picture;

import dev.spikelane.plot.data.Range;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** A pair of axes with a caption. */
public final class Axes {

    /** Constant, so that panels below each other are aligned. */
    private static final int LEFT = 52;

    private static final int RIGHT = 18;
    private static final int TOP = 8;
    private static final int CAPTION = 22;
    private static final int BOTTOM = 24;
    private static final int NAME = 18;
    private static final int TICK = 4;

    private final Rectangle2D place;
    private final Rectangle2D area;
    private final Range across;
    private final Range up;
    private final String caption;
    private String horizontal = "";
    private String vertical = "";
    private boolean counts;
    private List<String> rows = List.of();
    private double scale = 1;

    /** {@code place} includes labels, names and caption. */
    public Axes(Rectangle2D place, String caption, Range across, Range up) {
        this.place = place;
        this.caption = caption;
        this.across = across;
        this.up = up;
        double top = place.getY() + TOP + (caption.isEmpty() ? 0 : CAPTION);
        double left = place.getX() + LEFT + NAME;
        this.area = new Rectangle2D.Double(
                left, top, place.getMaxX() - RIGHT - left, Math.max(1, place.getMaxY() - BOTTOM - NAME - top));
    }

    /** Returns the height of caption, labels and names together. */
    public static int around(boolean caption) {
        return TOP + (caption ? CAPTION : 0) + BOTTOM + NAME;
    }

    public Axes names(String newHorizontal, String newVertical) {
        horizontal = newHorizontal;
        vertical = newVertical;
        return this;
    }

    /** Labels the rows 0, 1, 2 and so on of the vertical axis. */
    public Axes rows(List<String> names) {
        rows = names;
        return this;
    }

    /** Restricts the labels of the horizontal axis to whole numbers. */
    public Axes counts(boolean whole) {
        counts = whole;
        return this;
    }

    /** Multiplies the labels of the horizontal axis. */
    public Axes scale(double factor) {
        scale = factor;
        return this;
    }

    public double x(double value) {
        return area.getX() + (value - across.from()) / across.length() * area.getWidth();
    }

    public double y(double value) {
        return area.getMaxY() - (value - up.from()) / up.length() * area.getHeight();
    }

    public Rectangle2D area() {
        return area;
    }

    /** Paints the caption, the names and the horizontal axis. */
    public void paintAcross(Graphics2D graphics) {
        graphics.setFont(Ink.CAPTION);
        graphics.setColor(Ink.TEXT);
        graphics.drawString(caption, (float) area.getX(), (float) area.getY() - 8);
        graphics.setFont(Ink.LABEL);
        graphics.setColor(Ink.MUTED);
        if (!horizontal.isEmpty()) {
            centred(graphics, horizontal, area.getCenterX(), area.getMaxY() + BOTTOM + 12);
        }
        if (!vertical.isEmpty()) {
            upright(graphics, vertical, place.getX() + 16, area.getCenterY());
        }
        double[] ticks = new Range(scale * across.from(), scale * across.to()).ticksAndEnd((int) area.getWidth() / 70);
        if (counts) {
            ticks = Arrays.stream(ticks).filter(tick -> tick == Math.rint(tick)).toArray();
        }
        for (double tick : ticks) {
            graphics.setColor(Ink.MUTED);
            centred(graphics, Range.label(tick), x(tick / scale), area.getMaxY() + TICK + 14);
        }
        graphics.setColor(Ink.LINE);
        graphics.setStroke(Ink.THIN);
        Path2D lines = new Path2D.Double();
        line(lines, area.getX(), area.getMaxY(), area.getMaxX(), area.getMaxY());
        for (double tick : ticks) {
            line(lines, x(tick / scale), area.getMaxY(), x(tick / scale), area.getMaxY() + TICK);
        }
        graphics.draw(lines);
    }

    /** Paints both axes and a grid. */
    public void paint(Graphics2D graphics, boolean grid) {
        paintAcross(graphics);
        double[] ticks = rows.isEmpty()
                ? up.ticks(Math.clamp((int) area.getHeight() / 14, 2, Range.LABELS))
                : IntStream.range(0, rows.size()).asDoubleStream().toArray();
        for (double tick : ticks) {
            graphics.setColor(Ink.MUTED);
            String label =
                    rows.isEmpty() ? Range.label(tick) : fitted(graphics, rows.get((int) tick), LEFT + NAME - TICK - 8);
            double left = area.getX() - TICK - 5 - graphics.getFontMetrics().stringWidth(label);
            graphics.drawString(label, (float) tenths(left), (float) tenths(y(tick) + 4));
        }
        Path2D lines = new Path2D.Double();
        Path2D grids = new Path2D.Double();
        line(lines, area.getX(), area.getY(), area.getX(), area.getMaxY());
        for (double tick : ticks) {
            line(lines, area.getX() - TICK, y(tick), area.getX(), y(tick));
            if (grid && y(tick) < area.getMaxY() - 1) {
                line(grids, area.getX(), y(tick), area.getMaxX(), y(tick));
            }
        }
        graphics.setColor(Ink.GRID);
        graphics.draw(grids);
        graphics.setColor(Ink.LINE);
        graphics.draw(lines);
    }

    /** Paints names with the colors of lines, above the area on the right. */
    public void legend(Graphics2D graphics, List<String> names, IntFunction<Color> colors) {
        graphics.setFont(Ink.LABEL);
        double right = area.getMaxX();
        for (int i = names.size() - 1; i >= 0; i--) {
            right -= graphics.getFontMetrics().stringWidth(names.get(i));
            graphics.setColor(Ink.TEXT);
            graphics.drawString(names.get(i), (float) tenths(right), (float) area.getY() - 8);
            graphics.setColor(colors.apply(i));
            graphics.fill(new Rectangle2D.Double(tenths(right - 20), area.getY() - 13, 14, 3));
            right -= 36;
        }
    }

    /** Paints a line; a value that is not finite is a gap. */
    public void curve(Graphics2D graphics, double[] x, double[] values, Color color) {
        Path2D path = new Path2D.Double();
        boolean pen = false;
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                pen = false;
                continue;
            }
            double across = tenths(x(x[i]));
            double height = tenths(y(values[i]));
            if (pen) {
                path.lineTo(across, height);
            } else {
                path.moveTo(across, height);
                if (i + 1 == values.length || !Double.isFinite(values[i + 1])) {
                    path.lineTo(across + 1, height);
                }
            }
            pen = true;
        }
        graphics.setColor(color);
        graphics.setStroke(Ink.CURVE);
        graphics.draw(path);
    }

    /** Paints a dashed horizontal line. */
    public void level(Graphics2D graphics, double value) {
        graphics.setColor(Ink.MUTED);
        graphics.setStroke(Ink.DASHED);
        graphics.draw(new Line2D.Double(area.getX(), tenths(y(value)), area.getMaxX(), tenths(y(value))));
    }

    /** Rounds to a tenth of a point; other numbers would take twice the space in an SVG. */
    public static double tenths(double points) {
        return Math.round(10 * points) / 10.0;
    }

    /** Cuts a label to a width. */
    public static String fitted(Graphics2D graphics, String label, int room) {
        String fitted = label;
        while (fitted.length() > 1 && graphics.getFontMetrics().stringWidth(fitted) > room) {
            fitted = fitted.substring(0, fitted.length() - 2) + "…";
        }
        return fitted;
    }

    public static void centred(Graphics2D graphics, String text, double x, double y) {
        double left = x - graphics.getFontMetrics().stringWidth(text) / 2.0;
        graphics.drawString(text, (float) tenths(left), (float) tenths(y));
    }

    /** Paints vertical text. */
    public static void upright(Graphics2D graphics, String text, double x, double y) {
        graphics.rotate(-Math.PI / 2, x, y);
        centred(graphics, text, x, y + 4);
        graphics.rotate(Math.PI / 2, x, y);
    }

    private static void line(Path2D lines, double fromX, double fromY, double toX, double toY) {
        lines.moveTo(tenths(fromX), tenths(fromY));
        lines.lineTo(tenths(toX), tenths(toY));
    }
}
