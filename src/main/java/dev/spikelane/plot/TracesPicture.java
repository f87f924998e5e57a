package dev.spikelane.plot;

import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;

/** Membranes in a grid of panels. */
record TracesPicture(TracesPlot traces) implements Picture {

    private static final int MOST_COLUMNS = 3;
    private static final int PANEL = 170;
    private static final double MARGIN = 0.08;

    @Override
    public int width() {
        return Sheet.WIDTH;
    }

    @Override
    public int height() {
        return Sheet.top(traces) + Math.ceilDiv(traces.labels().size(), columns()) * PANEL + 20;
    }

    @Override
    public void paint(Graphics2D graphics) {
        Sheet.paint(graphics, traces, this);
        Signals shown = traces.shown();
        int panels = shown.columns();
        int width = width() / columns();
        for (int i = 0; i < panels; i++) {
            boolean last = i + columns() >= panels;
            int row = i / columns();
            int column = i % columns();
            Rectangle2D place = new Rectangle2D.Double(
                    column * width, Sheet.top(traces) + row * PANEL, width, PANEL + (last ? 20 : 0));
            Axes axes = new Axes(
                            place,
                            traces.labels().get(i),
                            -0.5,
                            traces.steps() - 0.5,
                            traces.least(MARGIN),
                            traces.most(MARGIN))
                    .names(last ? "step" : "", "");
            axes.line("membrane", column(shown, i), Ink.ACCENT);
            axes.paint(graphics);
            threshold(graphics, axes);
            spikes(graphics, axes, i);
        }
    }

    private int columns() {
        int panels = traces.labels().size();
        return panels <= 2 ? 1 : Math.min(MOST_COLUMNS, panels);
    }

    private void threshold(Graphics2D graphics, Axes axes) {
        if (!Float.isNaN(traces.threshold())) {
            graphics.setColor(Ink.MUTED);
            graphics.setStroke(Ink.DASHED);
            double y = axes.y(traces.threshold());
            graphics.draw(new Line2D.Double(axes.x(-0.5), y, axes.x(traces.steps() - 0.5), y));
        }
    }

    private void spikes(Graphics2D graphics, Axes axes, int panel) {
        graphics.setColor(Ink.SECOND);
        graphics.setStroke(Ink.THIN);
        double top = axes.y(traces.most(MARGIN));
        for (int step : traces.spikeSteps().get(panel)) {
            double x = axes.x(step);
            graphics.draw(new Line2D.Double(x, top, x, top + 8));
        }
    }

    static double[] column(Signals signals, int column) {
        double[] values = new double[signals.rows()];
        for (int row = 0; row < values.length; row++) {
            values[row] = signals.get(row, column);
        }
        return values;
    }
}
