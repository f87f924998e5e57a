package dev.spikelane.plot;

import dev.spikelane.plot.page.OptionalLibrary;
import dev.spikelane.plot.picture.Picture;
import dev.spikelane.plot.picture.VectorFile;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

final class StillImages {

    /** Pixels of a point: sharp on dense screens and in print. */
    private static final int SCALE = 2;

    private StillImages() {}

    static byte[] png(Figure figure) throws IOException {
        Picture picture = figure.picture();
        BufferedImage image =
                new BufferedImage(SCALE * picture.width(), SCALE * picture.height(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.scale(SCALE, SCALE);
            smooth(graphics);
            picture.paint(graphics);
        } finally {
            graphics.dispose();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    static byte[] svg(Figure figure) throws IOException {
        Picture picture = figure.picture();
        OptionalLibrary.read(
                ".svg", "de.erichseifert.vectorgraphics2d.VectorGraphics2D", OptionalLibrary.VECTOR_GRAPHICS);
        return VectorFile.of(picture);
    }

    static void smooth(Graphics2D graphics) {
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    }
}
