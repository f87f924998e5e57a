package dev.spikelane.plot;

import dev.spikelane.plot.data.Range;
import dev.spikelane.plot.data.Signals;
import dev.spikelane.plot.picture.Axes;
import dev.spikelane.plot.picture.Ink;
import dev.spikelane.plot.picture.Picture;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.Locale;

/** Weights as an image with a pixel for each, between axes. */
record WeightsPicture(WeightsPlot plot) implements Picture {

    @Override
    public int width() {
        return plot.width(Paper.WIDTH);
    }

    @Override
    public int height() {
        int area = Math.clamp(14L * plot.weights().rows(), 80, 460);
        return plot.height(Paper.top(plot) + area + Axes.around(true));
    }

    @Override
    public void paint(Graphics2D graphics) {
        Paper.paint(graphics, plot, this);
        Signals weights = plot.weights();
        String range = String.format(Locale.ROOT, "orange %.4g, white 0, blue %.4g", -plot.limit(), plot.limit());
        Rectangle2D place = new Rectangle2D.Double(0, Paper.top(plot), width(), (double) height() - Paper.top(plot));
        Axes axes = new Axes(place, range, Range.rows(weights.columns()), Range.rows(weights.rows()))
                .names(plot.xLabel(), plot.yLabel());
        axes.paint(graphics, false);
        Rectangle2D area = axes.area();
        // Enlarged here, because viewers blur small images.
        int across = Math.max(1, (int) Math.ceil(area.getWidth() / weights.columns()));
        int up = Math.max(1, (int) Math.ceil(area.getHeight() / weights.rows()));
        BufferedImage image = image(weights, across, up);
        AffineTransform fit = AffineTransform.getTranslateInstance(area.getX(), area.getY());
        fit.scale(area.getWidth() / image.getWidth(), area.getHeight() / image.getHeight());
        graphics.drawImage(image, fit, null);
    }

    /**
     * @param across horizontal pixels of a weight
     * @param up vertical pixels of a weight
     */
    private BufferedImage image(Signals weights, int across, int up) {
        BufferedImage image =
                new BufferedImage(weights.columns() * across, weights.rows() * up, BufferedImage.TYPE_INT_RGB);
        for (int row = 0; row < weights.rows(); row++) {
            int top = (weights.rows() - 1 - row) * up;
            for (int column = 0; column < image.getWidth(); column++) {
                int rgb = color(weights.get(row, column / across)).getRGB();
                for (int y = top; y < top + up; y++) {
                    image.setRGB(column, y, rgb);
                }
            }
        }
        return image;
    }

    private Color color(float weight) {
        if (!Float.isFinite(weight)) {
            return Ink.LINE;
        }
        return Ink.between(Ink.PAPER, weight < 0 ? Ink.SECOND : Ink.ACCENT, Math.abs(weight) / plot.limit());
    }
}
