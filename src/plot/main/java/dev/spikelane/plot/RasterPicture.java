package dev.spikelane.plot;

import dev.spikelane.plot.data.Range;
import dev.spikelane.plot.data.SpikeTrain;
import dev.spikelane.plot.picture.Axes;
import dev.spikelane.plot.picture.Ink;
import dev.spikelane.plot.picture.Picture;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

/** A raster with one path for all spikes of a panel. */
record RasterPicture(RasterPlot raster) implements Picture {

    /** Points; a smaller mark is too pale to see alone. */
    private static final double LEAST_MARK = 1.5;

    @Override
    public int width() {
        return raster.width(Paper.WIDTH);
    }

    @Override
    public int height() {
        return raster.height(Paper.top(raster) + areas() + raster.panels().size() * Axes.around(true));
    }

    @Override
    public void paint(Graphics2D graphics) {
        Paper.paint(graphics, raster, this);
        List<SpikeTrain> panels = raster.panels();
        int around = Axes.around(true);
        double factor = Math.max(0, (double) height() - Paper.top(raster) - panels.size() * around) / areas();
        double top = Paper.top(raster);
        for (int i = 0; i < panels.size(); i++) {
            SpikeTrain panel = panels.get(i);
            double height = factor * area(panel) + around;
            Axes axes = new Axes(
                            new Rectangle2D.Double(0, top, width(), height),
                            panel.caption(),
                            Range.steps(panel.steps()),
                            Range.rows(panel.neurons()))
                    .names(
                            i == panels.size() - 1 ? raster.xLabel() : "",
                            raster.labels(i).isEmpty() ? raster.yLabel() : "")
                    .rows(raster.rows(i))
                    .scale(raster.timeStep());
            axes.paint(graphics, false);
            graphics.setColor(color(i, panel, axes));
            graphics.setStroke(new BasicStroke((float) markWidth(axes), BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
            graphics.draw(marks(panel, axes));
            top += height;
        }
    }

    private int areas() {
        return raster.panels().stream().mapToInt(RasterPicture::area).sum();
    }

    /** Returns the height between the axes. */
    private static int area(SpikeTrain panel) {
        return Math.clamp(14L * panel.neurons(), 30, 260);
    }

    /** Colors are lighter if several marks overlap. */
    private Color color(int number, SpikeTrain panel, Axes axes) {
        double overlap = panel.density()
                * Math.max(1, markWidth(axes) / stepWidth(axes))
                * Math.max(1, markHeight(axes) / neuronHeight(axes));
        int alpha = (int) Math.round(255 * Math.clamp(0.8 / Math.max(overlap, 1e-9), 0.2, 1));
        Color color = Paper.color(
                raster,
                number,
                Ink.series(Figure.colorOfLayer(number, raster.panels().size())));
        return new Color(color.getRed(), color.getGreen(), color.getBlue(), alpha);
    }

    private Path2D marks(SpikeTrain panel, Axes axes) {
        Path2D marks = new Path2D.Double(Path2D.WIND_NON_ZERO, (int) Math.min(2 * panel.count() + 1, 1 << 24));
        double height = markHeight(axes);
        panel.forEach((step, neuron) -> {
            double x = Axes.tenths(axes.x(step));
            double y = Axes.tenths(axes.y(neuron) - height / 2);
            marks.moveTo(x, y);
            marks.lineTo(x, y + Math.max(0.1, Axes.tenths(height)));
        });
        return marks;
    }

    private double markWidth(Axes axes) {
        return Double.isNaN(raster.markerSize())
                ? Math.clamp(0.7 * stepWidth(axes), LEAST_MARK, 2.5)
                : raster.markerSize();
    }

    private double markHeight(Axes axes) {
        return Double.isNaN(raster.markerSize())
                ? Math.clamp(0.8 * neuronHeight(axes), LEAST_MARK, 12)
                : raster.markerSize();
    }

    private static double stepWidth(Axes axes) {
        return axes.x(1) - axes.x(0);
    }

    private static double neuronHeight(Axes axes) {
        return axes.y(0) - axes.y(1);
    }
}
