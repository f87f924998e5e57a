package dev.spikelane.plot;

import dev.spikelane.plot.data.CurveLine;
import dev.spikelane.plot.data.CurvePanel;
import dev.spikelane.plot.picture.Axes;
import dev.spikelane.plot.picture.Ink;
import dev.spikelane.plot.picture.Picture;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

record CurvePicture(CurvePlot plot) implements Picture {

    private static final int ONLY = 260;
    private static final int PANEL = 130;
    private static final int SPIKES = 30;

    @Override
    public int width() {
        return plot.width(Paper.WIDTH);
    }

    @Override
    public int height() {
        int height = Paper.top(plot);
        for (CurvePanel panel : plot.panels()) {
            height += suitable(panel);
        }
        return plot.height(height);
    }

    @Override
    public void paint(Graphics2D graphics) {
        Paper.paint(graphics, plot, this);
        List<CurvePanel> panels = plot.panels();
        double all = panels.stream().mapToInt(this::suitable).sum();
        double factor = (height() - Paper.top(plot)) / all;
        double top = Paper.top(plot);
        int first = 0;
        for (int i = 0; i < panels.size(); i++) {
            CurvePanel panel = panels.get(i);
            double height = factor * suitable(panel);
            Axes axes = new Axes(
                            new Rectangle2D.Double(0, top, width(), height),
                            panel.caption().isEmpty() ? " " : panel.caption(),
                            plot.range(),
                            panel.range())
                    .names(i == panels.size() - 1 ? plot.xLabel() : "", panel.label())
                    .counts(plot.countsEpochs());
            paint(graphics, axes, panel, first);
            first += Math.max(1, panel.lines().size());
            top += height;
        }
    }

    /**
     * @param first index of the panel's first line in the figure
     */
    private void paint(Graphics2D graphics, Axes axes, CurvePanel panel, int first) {
        if (panel.lines().isEmpty()) {
            axes.paintAcross(graphics);
        } else {
            axes.paint(graphics, true);
        }
        Shape before = graphics.getClip();
        Rectangle2D area = axes.area();
        graphics.clip(
                new Rectangle2D.Double(area.getX() - 1, area.getY() - 1, area.getWidth() + 2, area.getHeight() + 2));
        verticals(graphics, axes);
        if (!Double.isNaN(panel.threshold())) {
            axes.level(graphics, panel.threshold());
        }
        for (int i = 0; i < panel.lines().size(); i++) {
            CurveLine line = panel.lines().get(i);
            axes.curve(graphics, plot.x(line), line.values(), Paper.color(plot, first + i, Ink.series(i)));
        }
        graphics.setColor(Paper.color(plot, first, Ink.TEXT));
        graphics.setStroke(Ink.MARK);
        graphics.draw(upright(axes, panel.spikes()));
        graphics.setClip(before);
        if (panel.lines().size() > 1) {
            axes.legend(
                    graphics,
                    panel.lines().stream().map(CurveLine::name).toList(),
                    i -> Paper.color(plot, first + i, Ink.series(i)));
        }
    }

    private void verticals(Graphics2D graphics, Axes axes) {
        graphics.setColor(Ink.MUTED);
        graphics.setStroke(Ink.DASHED);
        for (double x : plot.verticals()) {
            graphics.draw(upright(axes, List.of(x)));
        }
    }

    /** Returns vertical lines over the height of the panel. */
    private static Path2D upright(Axes axes, List<? extends Number> places) {
        Path2D lines = new Path2D.Double();
        for (Number place : places) {
            double x = Axes.tenths(axes.x(place.doubleValue()));
            lines.moveTo(x, axes.area().getY());
            lines.lineTo(x, axes.area().getMaxY());
        }
        return lines;
    }

    private int suitable(CurvePanel panel) {
        int area = panel.lines().isEmpty() ? SPIKES : plot.panels().size() == 1 ? ONLY : PANEL;
        return area + Axes.around(true);
    }
}
