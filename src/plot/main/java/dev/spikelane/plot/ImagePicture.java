package dev.spikelane.plot;

import dev.spikelane.plot.picture.Ink;
import dev.spikelane.plot.picture.Picture;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;

/** An image with square pixels, and a line of text below it. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ImagePicture(ImagePlot plot, byte[] pixels, int first, String note) implements Picture {

    private static final int MARGIN = 16;
    private static final int NOTE = 28;
    private static final int SUITABLE = 420;

    /** Returns the image, or the mean of several. */
    static ImagePicture still(ImagePlot plot) {
        return new ImagePicture(plot, plot.mean(), 0, plot.steps() == 1 ? "" : "mean of " + plot.steps() + " steps");
    }

    static ImagePicture[] all(ImagePlot plot, int[] steps) {
        byte[] pixels = plot.bytes();
        ImagePicture[] pictures = new ImagePicture[steps.length];
        for (int i = 0; i < steps.length; i++) {
            int first = steps[i] * plot.rows() * plot.columns();
            pictures[i] = new ImagePicture(plot, pixels, first, "step " + steps[i] + " of " + plot.steps());
        }
        return pictures;
    }

    @Override
    public int width() {
        return plot.width(2 * MARGIN + suitable() * plot.columns());
    }

    @Override
    public int height() {
        return plot.height(top() + suitable() * plot.rows() + bottom());
    }

    @Override
    public void paint(Graphics2D graphics) {
        Paper.paint(graphics, plot, this);
        double side = side();
        double left = (width() - side * plot.columns()) / 2;
        // Enlarged here, because viewers blur small images.
        int enlarged = Math.max(1, (int) Math.ceil(side));
        AffineTransform fit = AffineTransform.getTranslateInstance(left, top());
        fit.scale(side / enlarged, side / enlarged);
        graphics.drawImage(image(enlarged), fit, null);
        graphics.setFont(Ink.LABEL);
        graphics.setColor(Ink.MUTED);
        graphics.drawString(note, (float) left, (float) (top() + side * plot.rows() + 19));
    }

    private BufferedImage image(int enlarged) {
        int width = plot.columns() * enlarged;
        int height = plot.rows() * enlarged;
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int grey = pixels[first + y / enlarged * plot.columns() + x / enlarged] & 255;
                image.setRGB(x, y, grey << 16 | grey << 8 | grey);
            }
        }
        return image;
    }

    /** Returns the side of a pixel in points. */
    private double side() {
        double across = (width() - 2.0 * MARGIN) / plot.columns();
        double up = (double) (height() - top() - bottom()) / plot.rows();
        return Math.max(1e-3, Math.min(across, up));
    }

    private int suitable() {
        return Math.max(1, SUITABLE / Math.max(plot.columns(), plot.rows()));
    }

    private int top() {
        return plot.title().isEmpty() ? MARGIN : Paper.top(plot) + 6;
    }

    private int bottom() {
        return note.isEmpty() ? MARGIN : NOTE;
    }
}
