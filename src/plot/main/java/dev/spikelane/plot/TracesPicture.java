package dev.spikelane.plot;

import dev.spikelane.plot.data.CurveLine;
import dev.spikelane.plot.data.Range;
import dev.spikelane.plot.picture.Axes;
import dev.spikelane.plot.picture.Ink;
import dev.spikelane.plot.picture.Picture;
import java.awt.Graphics2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

record TracesPicture(TracesPlot traces, List<TracesPlot.Panel> panels) implements Picture {

    private static final int MOST_COLUMNS = 3;
    private static final int PANEL = 176;

    TracesPicture(TracesPlot traces) {
        this(traces, traces.panels());
    }

    @Override
    public int width() {
        return traces.width(Paper.WIDTH);
    }

    @Override
    public int height() {
        return traces.height(Paper.top(traces) + rows() * PANEL);
    }

    @Override
    public void paint(Graphics2D graphics) {
        Paper.paint(graphics, traces, this);
        double width = (double) width() / columns();
        double height = (double) (height() - Paper.top(traces)) / rows();
        double[] steps = CurveLine.steps(traces.steps());
        for (int i = 0; i < panels.size(); i++) {
            TracesPlot.Panel panel = panels.get(i);
            int row = i / columns();
            int column = i % columns();
            boolean lowest = i + columns() >= panels.size();
            Rectangle2D place = new Rectangle2D.Double(column * width, Paper.top(traces) + row * height, width, height);
            Axes axes = new Axes(place, traces.caption(panel), Range.steps(traces.steps()), panel.range())
                    .names(lowest ? traces.xLabel() : "", column == 0 ? traces.yLabel() : "")
                    .scale(traces.timeStep());
            axes.paint(graphics, false);
            if (!Float.isNaN(traces.threshold())) {
                axes.level(graphics, traces.threshold());
            }
            axes.curve(graphics, steps, panel.membrane().column(0), Paper.color(traces, i, Ink.ACCENT));
            spikes(graphics, axes, panel);
        }
    }

    private int columns() {
        return panels.size() <= 2 ? 1 : Math.min(MOST_COLUMNS, panels.size());
    }

    private int rows() {
        return Math.ceilDiv(panels.size(), columns());
    }

    private static void spikes(Graphics2D graphics, Axes axes, TracesPlot.Panel panel) {
        Path2D marks = new Path2D.Double();
        for (int step : panel.spikes()) {
            double x = Axes.tenths(axes.x(step));
            marks.moveTo(x, Axes.tenths(axes.y(panel.foot(step))));
            marks.lineTo(x, Axes.tenths(axes.y(panel.top())));
        }
        graphics.setColor(Ink.TEXT);
        graphics.setStroke(Ink.MARK);
        graphics.draw(marks);
    }
}
