package dev.spikelane.plot;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.Arrays;

/** Spike counts after some step: a bar for each neuron, drawn by the JDK alone. */
final class CountsPicture implements Picture {

    private static final int WIDTH = 640;
    private static final int LEFT = 120;
    private static final int RIGHT = 52;
    private static final int NOTE = 26;

    private final SpikeCountPlot plot;
    private final int step;
    private final int[] counts;
    /** The largest count of the last step, which gives the scale. */
    private final int most;

    private CountsPicture(SpikeCountPlot plot, int step, int[] counts, int most) {
        this.plot = plot;
        this.step = step;
        this.counts = counts;
        this.most = most;
    }

    static CountsPicture last(SpikeCountPlot plot) {
        int steps = plot.spikes().steps();
        return all(plot, new int[] {steps})[0];
    }

    /** The picture after each of some steps, which ascend and end with the last one. */
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
        return WIDTH;
    }

    @Override
    public int height() {
        return Sheet.top(plot) + NOTE + counts.length * pitch() + 12;
    }

    @Override
    public void paint(Graphics2D graphics) {
        Sheet.paint(graphics, plot, this);
        int top = Sheet.top(plot);
        graphics.setFont(Ink.LABEL);
        graphics.setColor(Ink.MUTED);
        graphics.drawString("spikes after step " + step + " of " + plot.spikes().steps(), 16, top + 12);
        int leading = Math.max(1, Arrays.stream(counts).max().orElse(0));
        for (int neuron = 0; neuron < counts.length; neuron++) {
            bar(graphics, neuron, top + NOTE + neuron * pitch(), counts[neuron] == leading);
        }
    }

    private void bar(Graphics2D graphics, int neuron, int top, boolean leads) {
        double height = 0.7 * pitch();
        double length = (double) counts[neuron] / most * (WIDTH - LEFT - RIGHT);
        float baseline = (float) (top + height / 2 + 4);
        graphics.setColor(Ink.TEXT);
        String label = fitted(graphics, plot.labels().get(neuron), LEFT - 24);
        graphics.drawString(label, LEFT - 8 - graphics.getFontMetrics().stringWidth(label), baseline);
        graphics.setColor(leads ? Ink.ACCENT : Ink.BAR);
        graphics.fill(new Rectangle2D.Double(LEFT, top, Math.max(1, length), height));
        graphics.setColor(leads ? Ink.TEXT : Ink.MUTED);
        graphics.drawString(String.valueOf(counts[neuron]), (float) (LEFT + length + 6), baseline);
    }

    private int pitch() {
        return counts.length > 40 ? 14 : 24;
    }

    /** A label, cut where it is wider than its room. */
    static String fitted(Graphics2D graphics, String label, int room) {
        String fitted = label;
        while (fitted.length() > 1 && graphics.getFontMetrics().stringWidth(fitted) > room) {
            fitted = fitted.substring(0, fitted.length() - 2) + "…";
        }
        return fitted;
    }
}
