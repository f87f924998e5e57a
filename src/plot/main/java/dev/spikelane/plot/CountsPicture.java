package dev.spikelane.plot;

import dev.spikelane.plot.data.Range;
import dev.spikelane.plot.picture.Axes;
import dev.spikelane.plot.picture.Ink;
import dev.spikelane.plot.picture.Picture;
import java.awt.Graphics2D;
import java.awt.font.FontRenderContext;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Arrays;

/**
 * Spike counts after a step, drawn by the JDK: a bar for each neuron, or a profile of many neurons.
 *
 * @param most the largest count of the last step, which determines the scale
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record CountsPicture(SpikeCountPlot plot, int step, int[] counts, int most) implements Picture {

    private static final int WIDTH = 640;
    private static final int PROFILE = 260;
    private static final int MOST_LEFT = 160;
    private static final int RIGHT = 44;
    private static final int NOTE = 26;
    private static final int AXIS = 44;

    static CountsPicture last(SpikeCountPlot plot) {
        return all(plot, new int[] {plot.spikes().steps()})[0];
    }

    /** Returns a picture for each of some ascending steps, which end with the last one. */
    static CountsPicture[] all(SpikeCountPlot plot, int[] steps) {
        int[][] counts = plot.countsBefore(steps);
        int most = Math.max(1, Arrays.stream(counts[counts.length - 1]).max().orElse(1));
        CountsPicture[] pictures = new CountsPicture[steps.length];
        for (int i = 0; i < steps.length; i++) {
            pictures[i] = new CountsPicture(plot, steps[i], counts[i], most);
        }
        return pictures;
    }

    @Override
    public int width() {
        return plot.width(plot.profile() ? Paper.WIDTH : WIDTH);
    }

    @Override
    public int height() {
        int content = plot.profile() ? PROFILE + Axes.around(false) : counts.length * pitch() + AXIS;
        return plot.height(Paper.top(plot) + NOTE + content);
    }

    @Override
    public void paint(Graphics2D graphics) {
        Paper.paint(graphics, plot, this);
        int top = Paper.top(plot);
        graphics.setFont(Ink.LABEL);
        graphics.setColor(Ink.MUTED);
        graphics.drawString("after step " + step + " of " + plot.spikes().steps(), 16, top + 14);
        int leading = Math.max(1, Arrays.stream(counts).max().orElse(0));
        if (plot.profile()) {
            profile(graphics, leading);
        } else {
            bars(graphics, leading);
        }
    }

    private void bars(Graphics2D graphics, int leading) {
        double top = (double) Paper.top(plot) + NOTE;
        double pitch = (height() - top - AXIS) / counts.length;
        double left = left();
        double scale = (width() - left - RIGHT) / most;
        axis(graphics, left, scale);
        for (int neuron = 0; neuron < counts.length; neuron++) {
            boolean leads = counts[neuron] == leading;
            double y = top + neuron * pitch;
            float baseline = (float) (y + 0.35 * pitch + 4);
            graphics.setColor(Ink.TEXT);
            String label = Axes.fitted(
                    graphics,
                    plot.labels().get(neuron),
                    (int) left - (plot.yLabel().isEmpty() ? 24 : 38));
            graphics.drawString(
                    label, (float) left - 8 - graphics.getFontMetrics().stringWidth(label), baseline);
            graphics.setColor(leads ? Ink.ACCENT : Ink.BAR);
            graphics.fill(new Rectangle2D.Double(left, y, Math.max(1, scale * counts[neuron]), 0.7 * pitch));
            graphics.setColor(leads ? Ink.TEXT : Ink.MUTED);
            graphics.drawString(String.valueOf(counts[neuron]), (float) (left + scale * counts[neuron] + 6), baseline);
        }
    }

    /** Paints the axis of counts below the bars, and a grid. */
    private void axis(Graphics2D graphics, double left, double scale) {
        double bottom = (double) height() - AXIS;
        Path2D lines = new Path2D.Double();
        graphics.setColor(Ink.MUTED);
        for (double tick : SpikeCountPlot.ticks(new Range(0, most))) {
            Axes.centred(graphics, Range.label(tick), left + scale * tick, bottom + 16);
            double x = Axes.tenths(left + scale * tick);
            lines.moveTo(x, (double) Paper.top(plot) + NOTE - 4);
            lines.lineTo(x, bottom);
        }
        Axes.centred(graphics, plot.xLabel(), left + scale * most / 2, bottom + 33);
        Axes.upright(graphics, plot.yLabel(), 16, (Paper.top(plot) + NOTE + bottom) / 2);
        graphics.setColor(Ink.GRID);
        graphics.setStroke(Ink.THIN);
        graphics.draw(lines);
    }

    /** Paints a profile; if there are more neurons than points, a column shows the highest count of its neurons. */
    private void profile(Graphics2D graphics, int leading) {
        double top = (double) Paper.top(plot) + NOTE;
        Axes axes = new Axes(
                        new Rectangle2D.Double(0, top, width(), height() - top),
                        "",
                        Range.rows(counts.length),
                        new Range(0, most))
                .names(plot.xLabel(), plot.yLabel());
        axes.paint(graphics, true);
        double pitch = axes.area().getWidth() / counts.length;
        double wide = Math.max(1, Math.min(0.8 * pitch, pitch - 0.5));
        Path2D others = new Path2D.Double();
        Path2D leaders = new Path2D.Double();
        int together = Math.max(1, (int) Math.ceil(1 / pitch));
        for (int first = 0; first < counts.length; first += together) {
            int end = Math.min(first + together, counts.length);
            int count = Arrays.stream(counts, first, end).max().orElse(0);
            Path2D columns = count == leading ? leaders : others;
            double x = axes.x((first + end - 1) / 2.0);
            columns.append(new Rectangle2D.Double(x - wide / 2, axes.y(count), wide, axes.y(0) - axes.y(count)), false);
        }
        graphics.setColor(Ink.BAR);
        graphics.fill(others);
        graphics.setColor(Ink.ACCENT);
        graphics.fill(leaders);
    }

    /** Returns the width of the labels. */
    double left() {
        FontRenderContext context = new FontRenderContext(null, true, true);
        double widest = plot.labels().stream()
                .mapToDouble(label -> Ink.LABEL.getStringBounds(label, context).getWidth())
                .max()
                .orElse(0);
        return Math.min(MOST_LEFT, (plot.yLabel().isEmpty() ? 28 : 42) + Math.ceil(widest));
    }

    private int pitch() {
        return counts.length > 40 ? 14 : 24;
    }
}
