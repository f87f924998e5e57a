package dev.spikelane.plot;

import dev.spikelane.plot.picture.Axes;
import dev.spikelane.plot.picture.Ink;
import dev.spikelane.plot.picture.Picture;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.Locale;

/** A confusion matrix: a square for each pair of classes, with its number if there is space. */
record ConfusionPicture(ConfusionMatrixPlot plot) implements Picture {

    private static final int LEFT = 130;
    private static final int BOTTOM = 128;
    private static final int ROOM_FOR_NUMBERS = 24;

    @Override
    public int width() {
        return plot.width(LEFT + side() + 24);
    }

    @Override
    public int height() {
        return plot.height(Paper.top(plot) + 24 + side() + bottom());
    }

    @Override
    public void paint(Graphics2D graphics) {
        Paper.paint(graphics, plot, this);
        double top = Paper.top(plot) + 24;
        graphics.setFont(Ink.LABEL);
        graphics.setColor(Ink.MUTED);
        graphics.drawString(String.format(Locale.ROOT, "accuracy %.3f", plot.accuracy()), 16, (float) top - 8);
        Axes.centred(graphics, plot.xLabel(), LEFT + side() / 2.0, top + side() + bottom() - 12);
        Axes.upright(graphics, plot.yLabel(), 16, top + side() / 2.0);
        cells(graphics, top);
        labels(graphics, top);
    }

    private void cells(Graphics2D graphics, double top) {
        double cell = cell();
        int most = Math.max(1, most());
        for (int row = 0; row < plot.classes(); row++) {
            for (int column = 0; column < plot.classes(); column++) {
                int count = plot.count(row, column);
                double share = (double) count / most;
                graphics.setColor(Ink.between(Ink.PAPER, Ink.ACCENT, share));
                graphics.fill(new Rectangle2D.Double(LEFT + column * cell, top + row * cell, cell, cell));
                if (count > 0 && cell >= ROOM_FOR_NUMBERS) {
                    graphics.setColor(share > 0.5 ? Ink.PAPER : Ink.TEXT);
                    Axes.centred(
                            graphics,
                            String.valueOf(count),
                            LEFT + (column + 0.5) * cell,
                            top + (row + 0.5) * cell + 4);
                }
            }
        }
        graphics.setColor(Ink.LINE);
        graphics.setStroke(Ink.THIN);
        for (int line = 0; line <= plot.classes(); line++) {
            double at = line * cell;
            graphics.draw(new Line2D.Double(LEFT, top + at, LEFT + side(), top + at));
            graphics.draw(new Line2D.Double(LEFT + at, top, LEFT + at, top + side()));
        }
    }

    private void labels(Graphics2D graphics, double top) {
        graphics.setColor(Ink.TEXT);
        double cell = cell();
        int each = (int) Math.ceil(13 / cell);
        for (int i = 0; i < plot.classes(); i += each) {
            String label = Axes.fitted(graphics, plot.labels().get(i), LEFT - 38);
            int width = graphics.getFontMetrics().stringWidth(label);
            graphics.drawString(label, (float) LEFT - 8 - width, (float) (top + (i + 0.5) * cell + 4));
            double x = LEFT + (i + 0.5) * cell;
            double y = top + side() + 14;
            double angle = turned() ? Math.PI / 3 : 0;
            graphics.rotate(angle, x, y);
            graphics.drawString(label, (float) (turned() ? x - 4 : x - width / 2.0), (float) y);
            graphics.rotate(-angle, x, y);
        }
    }

    /** Returns true if labels are too long for horizontal text. */
    private boolean turned() {
        return plot.labels().stream().anyMatch(label -> label.length() > 3);
    }

    private int bottom() {
        return turned() ? BOTTOM : 48;
    }

    private int side() {
        int suitable = Math.clamp(44L * plot.classes(), 120, 640);
        int across = plot.width(LEFT + suitable + 24) - LEFT - 24;
        int up = plot.height(Paper.top(plot) + 24 + suitable + bottom()) - Paper.top(plot) - 24 - bottom();
        return Math.max(1, Math.min(across, up));
    }

    private double cell() {
        return (double) side() / plot.classes();
    }

    private int most() {
        int most = 0;
        for (int row = 0; row < plot.classes(); row++) {
            for (int column = 0; column < plot.classes(); column++) {
                most = Math.max(most, plot.count(row, column));
            }
        }
        return most;
    }
}
