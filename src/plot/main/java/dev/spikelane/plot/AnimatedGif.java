package dev.spikelane.plot;

import dev.spikelane.plot.picture.Ink;
import dev.spikelane.plot.picture.Palette;
import dev.spikelane.plot.picture.Picture;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/** Spike counts or images step by step as an animated GIF that repeats, written by the JDK. */
final class AnimatedGif {

    /** Longer trains advance by several steps a frame. */
    private static final int MOST_FRAMES = 200;

    /** A profile changes everywhere, so its frames are large. */
    private static final int MOST_PROFILES = 50;

    /** Hundredths of a second; snnTorch's interval is also 40 ms. */
    private static final int DELAY = 4;

    private static final int PROFILE_DELAY = 12;
    private static final int LAST_DELAY = 200;
    private static final String FORMAT = "javax_imageio_gif_image_1.0";

    private AnimatedGif() {}

    static byte[] of(Figure figure) throws IOException {
        return switch (figure) {
            case SpikeCountPlot counts ->
                bytes(
                        CountsPicture.all(
                                counts, steps(counts.spikes().steps(), counts.profile() ? MOST_PROFILES : MOST_FRAMES)),
                        new Palette(Ink.TEXT, Ink.MUTED, Ink.ACCENT, Ink.BAR),
                        counts.profile() ? PROFILE_DELAY : DELAY);
            case ImagePlot image ->
                bytes(
                        ImagePicture.all(image, steps(image.steps() - 1, MOST_FRAMES)),
                        new Palette(Color.BLACK, Ink.TEXT, Ink.MUTED),
                        DELAY);
            default -> throw new IllegalArgumentException(figure + " is not animated");
        };
    }

    private static byte[] bytes(Picture[] pictures, Palette palette, int delay) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(stream);
            writer.prepareWriteSequence(null);
            BufferedImage before = null;
            for (int i = 0; i < pictures.length; i++) {
                BufferedImage frame = frame(pictures[i], palette);
                Rectangle part = before == null ? bounds(frame) : changed(before, frame);
                BufferedImage written = copy(frame, part);
                int shown = i == pictures.length - 1 ? LAST_DELAY : delay;
                writer.writeToSequence(
                        new IIOImage(written, null, metadata(writer, written, shown, i == 0, part)), null);
                before = frame;
            }
            writer.endWriteSequence();
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** Returns steps from 0 to the last one, in equal strides except the last. */
    static int[] steps(int steps, int most) {
        int stride = Math.ceilDiv(steps, most);
        int frames = Math.ceilDiv(steps, stride);
        return IntStream.rangeClosed(0, frames)
                .map(frame -> Math.min(frame * stride, steps))
                .toArray();
    }

    private static BufferedImage frame(Picture picture, Palette palette) {
        BufferedImage image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            StillImages.smooth(graphics);
            picture.paint(graphics);
        } finally {
            graphics.dispose();
        }
        return palette.reduce(image);
    }

    /** Copies a part, because the JDK's GIF writer writes wrong pixels for a view of it. */
    private static BufferedImage copy(BufferedImage frame, Rectangle part) {
        BufferedImage copy = new BufferedImage(
                part.width, part.height, BufferedImage.TYPE_BYTE_INDEXED, (IndexColorModel) frame.getColorModel());
        copy.getRaster()
                .setDataElements(
                        0, 0, frame.getRaster().createChild(part.x, part.y, part.width, part.height, 0, 0, null));
        return copy;
    }

    private static Rectangle bounds(BufferedImage frame) {
        return new Rectangle(0, 0, frame.getWidth(), frame.getHeight());
    }

    /** Returns the smallest rectangle with all changes, at least one pixel; only this part is written. */
    private static Rectangle changed(BufferedImage before, BufferedImage frame) {
        byte[] old = ((DataBufferByte) before.getRaster().getDataBuffer()).getData();
        byte[] now = ((DataBufferByte) frame.getRaster().getDataBuffer()).getData();
        int width = frame.getWidth();
        Rectangle changed = new Rectangle(-1, -1);
        for (int at = Math.max(0, Arrays.mismatch(old, now)); at < now.length; at++) {
            if (old[at] != now[at]) {
                changed.add(new Rectangle(at % width, at / width, 1, 1));
            }
        }
        return changed.isEmpty() ? new Rectangle(1, 1) : changed;
    }

    private static IIOMetadata metadata(
            ImageWriter writer, BufferedImage frame, int delay, boolean first, Rectangle part) throws IOException {
        IIOMetadata metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(frame), null);
        IIOMetadataNode root = new IIOMetadataNode(FORMAT);
        IIOMetadataNode place = new IIOMetadataNode("ImageDescriptor");
        place.setAttribute("imageLeftPosition", String.valueOf(part.x));
        place.setAttribute("imageTopPosition", String.valueOf(part.y));
        place.setAttribute("imageWidth", String.valueOf(part.width));
        place.setAttribute("imageHeight", String.valueOf(part.height));
        place.setAttribute("interlaceFlag", "FALSE");
        root.appendChild(place);
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
            // sub-block 1, repeated forever
            repeat.setUserObject(new byte[] {1, 0, 0});
            extensions.appendChild(repeat);
            root.appendChild(extensions);
        }
        metadata.mergeTree(FORMAT, root);
        return metadata;
    }
}
