package dev.spikelane.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Locale;

/** A raster as XChart's axes, and one path for the spikes of a panel: a chart's own marks would be an object each. */
record RasterPicture(RasterPlot raster) implements Picture {

    private static final int GAP = 8;
    private static final int AXIS = 58;
    private static final int LAST_AXIS = 20;

    @Override
    public int width() {
        return Sheet.WIDTH;
    }

    @Override
    public int height() {
        int height = Sheet.top(raster) + LAST_AXIS;
        for (SpikeTrain panel : raster.panels()) {
            height += panelHeight(panel) + AXIS + GAP;
        }
        return height;
    }

    @Override
    public void paint(Graphics2D graphics) {
        Sheet.paint(graphics, raster, this);
        int top = Sheet.top(raster);
        List<SpikeTrain> panels = raster.panels();
        for (int i = 0; i < panels.size(); i++) {
            SpikeTrain panel = panels.get(i);
            boolean last = i == panels.size() - 1;
            int height = panelHeight(panel) + AXIS + (last ? LAST_AXIS : 0);
            Axes axes = new Axes(
                            new Rectangle2D.Double(0, top, width(), height),
                            caption(panel),
                            -0.5,
                            panel.steps() - 0.5,
                            -0.5,
                            panel.neurons() - 0.5)
                    .names(last ? "step" : "", "neuron");
            axes.paint(graphics);
            graphics.setColor(color(i, panel, axes));
            graphics.setStroke(new BasicStroke((float) markWidth(axes), BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
            graphics.draw(marks(panel, axes));
            top += height + GAP;
        }
    }

    private static int panelHeight(SpikeTrain panel) {
        return Math.clamp(13L * panel.neurons(), 50, 260);
    }

    private static String caption(SpikeTrain panel) {
        return (panel.name().isEmpty() ? "" : panel.name() + " – ")
                + String.format(
                        Locale.ROOT,
                        "%,d %s, %,d spikes, density %.3g",
                        panel.neurons(),
                        panel.neurons() == 1 ? "neuron" : "neurons",
                        panel.count(),
                        panel.density());
    }

    /** Lighter where several marks fall on a point. */
    private static Color color(int number, SpikeTrain panel, Axes axes) {
        double overlap = panel.density()
                * Math.max(1, markWidth(axes) / stepWidth(axes))
                * Math.max(1, markHeight(axes) / neuronHeight(axes));
        int alpha = (int) Math.round(255 * Math.clamp(0.8 / Math.max(overlap, 1e-9), 0.2, 1));
        Color color = Ink.series(number % 4);
        return new Color(color.getRed(), color.getGreen(), color.getBlue(), alpha);
    }

    /** Upright lines, at multiples of an eighth of a point: in an SVG other numbers would take twice the room. */
    private static Path2D marks(SpikeTrain panel, Axes axes) {
        Path2D marks = new Path2D.Double(Path2D.WIND_NON_ZERO, (int) Math.min(2 * panel.count() + 1, 1 << 24));
        double height = markHeight(axes);
        panel.forEach((step, neuron) -> {
            double x = eighths(axes.x(step));
            double y = eighths(axes.y(neuron) - height / 2);
            marks.moveTo(x, y);
            marks.lineTo(x, y + eighths(height));
        });
        return marks;
    }

    private static double eighths(double points) {
        return Math.max(1, Math.round(8 * points)) / 8.0;
    }

    private static double markWidth(Axes axes) {
        return Math.clamp(0.7 * stepWidth(axes), 0.6, 2.5);
    }

    private static double markHeight(Axes axes) {
        return Math.clamp(0.8 * neuronHeight(axes), 0.6, 12);
    }

    private static double stepWidth(Axes axes) {
        return axes.x(1) - axes.x(0);
    }

    private static double neuronHeight(Axes axes) {
        return axes.y(0) - axes.y(1);
    }
}
