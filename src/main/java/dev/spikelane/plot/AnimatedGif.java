package dev.spikelane.plot;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/** Spike counts step by step as an animated GIF that repeats, written by the JDK. */
final class AnimatedGif {

    /** Longer trains advance by several steps a frame. */
    private static final int MOST_FRAMES = 200;

    /** Hundredths of a second; as in snnTorch, whose interval is 40 ms. */
    private static final int DELAY = 4;

    private static final int LAST_DELAY = 200;
    private static final String FORMAT = "javax_imageio_gif_image_1.0";

    private AnimatedGif() {}

    static void write(SpikeCountPlot counts, Path file) throws IOException {
        CountsPicture[] pictures =
                CountsPicture.all(counts, steps(counts.spikes().steps()));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(stream);
            writer.prepareWriteSequence(null);
            for (int i = 0; i < pictures.length; i++) {
                BufferedImage frame = frame(pictures[i]);
                IIOMetadata metadata = metadata(writer, frame, i == pictures.length - 1 ? LAST_DELAY : DELAY, i == 0);
                writer.writeToSequence(new IIOImage(frame, null, metadata), null);
            }
            writer.endWriteSequence();
        } finally {
            writer.dispose();
        }
        StillImages.write(bytes, file);
    }

    /** From 0 to the last step, in equal strides but the last. */
    static int[] steps(int steps) {
        int stride = Math.ceilDiv(steps, MOST_FRAMES);
        int frames = Math.ceilDiv(steps, stride);
        return IntStream.rangeClosed(0, frames)
                .map(frame -> Math.min(frame * stride, steps))
                .toArray();
    }

    private static BufferedImage frame(Picture picture) {
        BufferedImage image =
                new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_BYTE_INDEXED, Palette.MODEL);
        Graphics2D graphics = image.createGraphics();
        try {
            StillImages.smooth(graphics);
            picture.paint(graphics);
        } finally {
            graphics.dispose();
        }
        return image;
    }

    private static IIOMetadata metadata(ImageWriter writer, BufferedImage frame, int delay, boolean first)
            throws IOException {
        IIOMetadata metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(frame), null);
        IIOMetadataNode root = new IIOMetadataNode(FORMAT);
        IIOMetadataNode control = new IIOMetadataNode("GraphicControlExtension");
        control.setAttribute("disposalMethod", "none");
        control.setAttribute("userInputFlag", "FALSE");
        control.setAttribute("transparentColorFlag", "FALSE");
        control.setAttribute("transparentColorIndex", "0");
        control.setAttribute("delayTime", String.valueOf(delay));
        root.appendChild(control);
        if (first) {
            IIOMetadataNode extensions = new IIOMetadataNode("ApplicationExtensions");
            IIOMetadataNode repeat = new IIOMetadataNode("ApplicationExtension");
            repeat.setAttribute("applicationID", "NETSCAPE");
            repeat.setAttribute("authenticationCode", "2.0");
            // Sub-block 1, repeated without end.
            repeat.setUserObject(new byte[] {1, 0, 0});
            extensions.appendChild(repeat);
            root.appendChild(extensions);
        }
        metadata.mergeTree(FORMAT, root);
        return metadata;
    }
}
