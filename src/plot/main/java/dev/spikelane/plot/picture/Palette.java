package dev.spikelane.plot.picture;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferInt;
import java.awt.image.IndexColorModel;
import java.util.HashMap;
import java.util.Map;

/** The 256 colors of a GIF: the figure's colors in shades down to the paper, so that text stays smooth. */
public final class Palette {

    private static final int SIZE = 256;

    private final int[] colors = new int[SIZE];
    private final Map<Integer, Byte> nearest = new HashMap<>();

    public Palette(Color... inks) {
        int shades = SIZE / inks.length;
        for (int i = 0; i < shades * inks.length; i++) {
            double share = (double) (i % shades) / (shades - 1);
            colors[i] = Ink.between(Ink.PAPER, inks[i / shades], share).getRGB() & 0xffffff;
        }
    }

    /** Returns the image in these colors. Java2D would dither, even areas of one color. */
    public BufferedImage reduce(BufferedImage image) {
        BufferedImage reduced = new BufferedImage(
                image.getWidth(),
                image.getHeight(),
                BufferedImage.TYPE_BYTE_INDEXED,
                new IndexColorModel(8, SIZE, colors, 0, false, -1, DataBuffer.TYPE_BYTE));
        int[] from = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
        byte[] to = ((DataBufferByte) reduced.getRaster().getDataBuffer()).getData();
        for (int i = 0; i < from.length; i++) {
            boolean again = i > 0 && from[i] == from[i - 1];
            to[i] = again ? to[i - 1] : nearest.computeIfAbsent(from[i], this::nearest);
        }
        return reduced;
    }

    private byte nearest(int rgb) {
        int best = 0;
        for (int i = 1; i < SIZE; i++) {
            if (distance(rgb, colors[i]) < distance(rgb, colors[best])) {
                best = i;
            }
        }
        return (byte) best;
    }

    private static int distance(int left, int right) {
        int distance = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            int difference = (left >> shift & 255) - (right >> shift & 255);
            distance += difference * difference;
        }
        return distance;
    }
}
