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

/** Figures as PNG and SVG. */
final class StillImages {

    /** Pixels for each point: sharp on dense screens and in print. */
    private static final int SCALE = 2;

    private StillImages() {}

    static byte[] png(Figure figure) throws IOException {
        Picture picture = picture(figure);
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
        Picture picture = picture(figure);
        OptionalLibrary.read(
                ".svg", "de.erichseifert.vectorgraphics2d.VectorGraphics2D", OptionalLibrary.VECTOR_GRAPHICS);
        return VectorFile.of(picture);
    }

    static void smooth(Graphics2D graphics) {
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    }

    static Picture picture(Figure figure) {
        return switch (figure) {
            case RasterPlot raster -> new RasterPicture(raster);
            case TracesPlot traces -> new TracesPicture(traces);
            case SpikeCountPlot counts -> CountsPicture.last(counts);
            case CurvePlot curves -> new CurvePicture(curves);
            case ImagePlot image -> ImagePicture.still(image);
            case FiringRatePlot rates -> new RatesPicture(rates);
            case WeightsPlot weights -> new WeightsPicture(weights);
            case ConfusionMatrixPlot confusion -> new ConfusionPicture(confusion);
            case SheetPlot sheet -> new SheetPicture(sheet);
        };
    }
}
